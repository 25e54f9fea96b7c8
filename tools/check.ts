// What `npm run check` runs: every check of the source side by side, all failures shown, one exit code.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

interface Outcome {
  readonly passed: boolean;
  readonly output: string;
}

const checkMsMax = 120_000;

const root = join(import.meta.dirname, '..');
const binaries = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env['PATH'] ?? ''}` };

const checks: readonly Check[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types of web', command: ['tsc', '-p', 'web'] },
  { name: 'dead code', command: ['knip'] },
  { name: 'lint, format', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'tidy', command: ['node', 'tools/tidy.ts'] },
  { name: 'generated docs', command: ['node', 'tools/generate.ts', '--check'] },
];

function run([program, ...args]: Check['command']): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env, timeout: checkMsMax });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ passed: false, output: `${output}${error.message}` }));
    child.on('close', (code, signal) => {
      const ending = signal === null ? '' : `ended by ${signal}; a check has ${checkMsMax / 1000} s`;
      resolve({ passed: code === 0, output: output + ending });
    });
  });
}

const waiting = [...checks];
const failed: string[] = [];

async function work(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const begun = performance.now();
    const { passed, output } = await run(check.command);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`${passed ? '✔' : '✖'} ${check.name.padEnd(16)}${seconds} s`);
    if (passed) continue;
    failed.push(check.name);
    console.log(`${output.trimEnd().replace(/^/gm, '    ')}\n`);
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
