// What `npm test` runs: every test file with node's runner, or those whose path contains one of the arguments:
// `npm test -- journal`.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const KINDS = 'test/{unit,contract,integration,simulation,crash,e2e}/**/*.test.ts';
/** For a test that names no timeout of its own. */
const testMsMax = 60_000;
/** A file that holds something open never ends; the runner, interrupted, names it. */
const runMsMax = 1_800_000;

const root = `${import.meta.dirname}/..`;
const wanted = process.argv.slice(2);
const files = globSync(KINDS, { cwd: root })
  .filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)))
  .sort();

if (files.length === 0) {
  console.error(`no test file has ${wanted.map((part) => JSON.stringify(part)).join(' or ')} in its path`);
  process.exit(1);
}

const runner = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${availableParallelism()}`,
    `--test-timeout=${testMsMax}`,
    ...files,
  ],
  { cwd: root, stdio: 'inherit' },
);
const overdue = setTimeout(() => runner.kill('SIGINT'), runMsMax);
// Ctrl-C reaches the runner by itself, and it has a summary to print.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => runner.kill('SIGTERM'));
runner.on('error', (error) => {
  throw error;
});
runner.on('exit', (code) => {
  clearTimeout(overdue);
  process.exitCode = code ?? 1;
});
