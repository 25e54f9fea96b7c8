/**
 * Builds the OpenTelemetry Collector of the tests, once: the binary is kept, under the digest of its sources, in the
 * ignored folder .tmp. Run as a program it builds ahead of the tests.
 */

import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const BUILD_MS_MAX = 900_000;
const sources = ['main.go', 'go.mod', 'go.sum'];

const goVersion = (): string | undefined => {
  try {
    return execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
};

/** For a test that needs the collector: why it cannot run, or false. */
export const collectorMissing: string | false =
  goVersion() === undefined && 'no Go to build the collector with: install Go to run this test';

/** The path of the binary. The first build takes minutes and needs the Go module proxy. */
export async function buildCollector(): Promise<string> {
  const digest = createHash('sha256').update(goVersion() ?? '');
  for (const name of sources) digest.update(readFileSync(join(import.meta.dirname, name)));
  const folder = join(import.meta.dirname, '../../../.tmp/collector');
  const binary = join(folder, `collector-${digest.digest('hex').slice(0, 16)}`);
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  // Two test files may build at once: each into a file of its own, and a rename is whole or not at all.
  const unfinished = `${binary}.${process.pid}`;
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', unfinished, '.'];
  await promisify(execFile)('go', args, { cwd: import.meta.dirname, timeout: BUILD_MS_MAX });
  renameSync(unfinished, binary);
  return binary;
}

if (import.meta.main) console.log(collectorMissing || (await buildCollector()));
