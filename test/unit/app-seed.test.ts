// Goal: the seed of the exchange is the one its data began with. Method: directories as starts leave them.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { settleSeed } from '#app/seed.ts';
import { tempDir } from '#test/support/temp-dir.ts';

it('is the one asked for while there is no data, and the first one from then on', () => {
  const directory = join(tempDir(), 'simex');
  assert.equal(settleSeed(directory, 7), 7);
  writeFileSync(join(directory, 'data'), '');
  assert.equal(settleSeed(directory, 8), 7);
  assert.equal(settleSeed(directory, undefined), 7);
});

it('is 1 where none is asked for', () => {
  assert.equal(settleSeed(tempDir(), undefined), 1);
});

it('is not guessed of data that does not tell', () => {
  const without = tempDir();
  writeFileSync(join(without, 'data'), '');
  assert.equal(settleSeed(without, 7), undefined);
  const broken = tempDir();
  writeFileSync(join(broken, 'seed'), 'seven');
  assert.equal(settleSeed(broken, 7), undefined);
});
