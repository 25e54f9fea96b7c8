// Goal: a port that is taken is named with its variable. Method: real listeners.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { it } from 'node:test';
import { portProblems } from '#app/ports.ts';
import { freePorts } from '#test/support/free-ports.ts';

it('names the variable of a port that is taken, and only that', async () => {
  const [taken = 0, free = 0] = await freePorts(2);
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const server = createServer().listen(taken, host);
    await once(server, 'listening');
    try {
      const problems = await portProblems([
        { variable: 'TRADEENGINE_PORT', port: free },
        { variable: 'SIMEX_PORT', port: taken },
      ]);
      assert.deepEqual(problems, [`Port ${taken} is taken. Free it, or set SIMEX_PORT to another port.`]);
    } finally {
      server.close();
      await once(server, 'close');
    }
  }
  assert.deepEqual(await portProblems([{ variable: 'SIMEX_PORT', port: taken }]), []);
});

it('notices two variables that want the same port', async () => {
  const [port = 0] = await freePorts(1);
  const problems = await portProblems([
    { variable: 'TRADEENGINE_PORT', port },
    { variable: 'SIMEX_PORT', port },
  ]);
  assert.deepEqual(problems, [`Port ${port} is wanted twice: by TRADEENGINE_PORT and by SIMEX_PORT.`]);
});
