#!/usr/bin/env node
/** The command line: tradeengine <command>. The exit code says how it went. */

import { createInterface } from 'node:readline/promises';
import { exitCodes } from '#app/exit-codes.ts';
import { type Command, readCommand, usage } from './arguments.ts';
import { type CommandIo, UsageError } from './io.ts';

const ending = Promise.withResolvers<string>();
const endingNow = Promise.withResolvers<void>();
/** One Ctrl-C may arrive twice: from the terminal, and from npm, which passes its own on. */
const SAME_REQUEST_MS = 500;
let askedBefore = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (askedBefore) endingNow.resolve();
    setTimeout(() => {
      askedBefore = true;
    }, SAME_REQUEST_MS).unref();
    ending.resolve(signal);
  });
}

const io: CommandIo = {
  env: process.env,
  say: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  confirm: async (question) => {
    if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await Promise.race([terminal.question(`${question} Type yes: `), ending.promise]);
    terminal.close();
    return answer.trim() === 'yes';
  },
  ending: ending.promise,
  endingNow: endingNow.promise,
  exit: (code) => process.exit(code),
  kill: () => process.kill(process.pid, 'SIGKILL'),
};

/** Each command brings only what it needs: help does not wait for a database. */
async function run(command: Command): Promise<number> {
  switch (command.name) {
    case 'start':
      return (await import('./start.ts')).startCommand(command, io);
    case 'engine':
      return (await import('./engine.ts')).engineCommand(io);
    case 'demo':
      return (await import('./demo.ts')).demoCommand(command.seed, io);
    case 'simex':
      return (await import('./simex.ts')).simexCommand(command, io);
    case 'explain':
      return (await import('./explain.ts')).explainCommand(command.id, command.json, io);
    case 'positions':
    case 'orders':
    case 'pnl':
    case 'limits':
    case 'settings':
      return (await import('./look.ts')).lookCommand(command, io);
    case 'halt':
    case 'reduce':
    case 'resume':
    case 'flatten':
    case 'cancel':
      return (await import('./operate.ts')).operateCommand(command, io);
    case 'telemetry status':
      return (await import('./telemetry.ts')).telemetryStatusCommand(command.json, io);
    case 'token':
      return (await import('./token.ts')).tokenCommand(command.holder, command.scopes, io);
    case 'doctor':
      return (await import('./doctor.ts')).doctorCommand(command.json, io);
    case 'replay':
      return (await import('./replay.ts')).replayCommand(io);
    case 'version':
      io.say((await import('#app/version.ts')).version);
      return exitCodes.ok;
    case 'help':
      io.say(usage);
      return exitCodes.ok;
  }
}

try {
  process.exit(await run(readCommand(process.argv.slice(2))));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  io.complain(`${error.message}\n\n${usage}`);
  process.exit(exitCodes.usage);
}
