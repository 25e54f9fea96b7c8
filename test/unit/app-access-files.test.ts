// Goal: who may use the API is read strictly, and what is wrong is told without what is secret. Method: real files.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { readAccess } from '#app/access-files.ts';
import { readConfig } from '#app/config.ts';
import { tempDir } from '#test/support/temp-dir.ts';

const sha256 = 'a'.repeat(64);
const directory = tempDir();

function access(env: Record<string, unknown>) {
  const paths = Object.fromEntries(
    Object.entries(env).map(([name, content]) => {
      if (typeof content === 'string') return [name, content];
      const path = join(directory, `${name}.json`);
      writeFileSync(path, JSON.stringify(content));
      return [name, path];
    }),
  );
  const config = readConfig(paths);
  assert.ok(config.ok);
  return readAccess(config.config);
}

function problemsOf(env: Record<string, unknown>): string {
  const reading = access(env);
  assert.ok(!reading.ok, 'it was taken');
  return reading.problems.join('\n');
}

it('has no tokens and no webhooks where no files are named', () => {
  assert.deepEqual(access({}), { ok: true, access: { tokens: [], webhooks: [] } });
});

it('reads tokens by their hashes, and the secrets of webhooks', () => {
  const reading = access({
    TRADEENGINE_HOST: '0.0.0.0',
    TRADEENGINE_TOKENS_FILE: { tokens: [{ name: 'ci', scopes: ['signal'], sha256 }] },
    TRADEENGINE_WEBHOOKS_FILE: {
      webhooks: [{ name: 'tv', kind: 'tradingview', secrets: ['sixteen-or-longer'] }],
    },
  });
  assert.ok(reading.ok);
  assert.deepEqual(reading.access.tokens, [{ name: 'ci', scopes: ['signal'], sha256 }]);
  assert.equal(reading.access.webhooks[0]?.secrets[0]?.reveal(), 'sixteen-or-longer');
});

it('opens no other address than loopback without tokens', () => {
  assert.match(problemsOf({ TRADEENGINE_HOST: '0.0.0.0' }), /TRADEENGINE_HOST .* needs tokens/);
});

it('names the file and the place of what is wrong, and not what stands there', () => {
  const bad: [unknown, RegExp][] = [
    ['/nowhere/tokens.json', /cannot be read \(ENOENT\)/],
    [{ tokens: [{ name: 'ci', scopes: ['everything'], sha256 }] }, /tokens\.0\.scopes\.0/],
    [
      { tokens: [{ name: 'ci', scopes: ['read'], sha256: 'te_a-token-instead-of-its-hash' }] },
      /tokens\.0\.sha256/,
    ],
    [{ tokens: [], more: 1 }, /unrecognized_keys/],
    [
      { tokens: ['read', 'signal'].map((scope) => ({ name: 'ci', scopes: [scope], sha256 })) },
      /ci is there twice/,
    ],
  ];
  for (const [file, told] of bad) {
    const problem = problemsOf({ TRADEENGINE_TOKENS_FILE: file });
    assert.match(problem, told);
    assert.doesNotMatch(problem, /a-token-instead/);
  }
});
