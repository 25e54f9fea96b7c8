/** A directory for one test file, gone afterwards. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

export function tempDir(): string {
  const path = mkdtempSync(join(tmpdir(), 'tradeengine-'));
  after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
