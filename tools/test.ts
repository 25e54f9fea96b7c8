// What `npm test` runs: every test file with node's runner, or those whose path contains one of the arguments:
// `npm test -- journal`.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const KINDS = 'test/{unit,contract,integration,simulation,crash,e2e}/**/*.test.ts';
/** For one test; the runner holds a whole file to the same. */
const testMsMax = 300_000;

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
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.kill(signal));
runner.on('error', (error) => {
  throw error;
});
runner.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
