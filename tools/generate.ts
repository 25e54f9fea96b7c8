// Writes the documents that are made from source: `node tools/generate.ts`. With --check it writes nothing and
// fails if one is not what its source says now.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { problemsDocument } from '#intake/problems.ts';
import { refusalsDocument } from './generate/refusals.ts';

interface Generated {
  readonly path: string;
  make(): Promise<string>;
}

const registry: readonly Generated[] = [
  { path: 'docs/errors.md', make: async () => problemsDocument() },
  { path: 'docs/refusals.md', make: async () => refusalsDocument() },
];

const root = join(import.meta.dirname, '..');
const checkOnly = process.argv.includes('--check');

for (const { path, make } of registry) {
  const file = join(root, path);
  const wanted = await make();
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present === wanted) continue;
  if (checkOnly) {
    console.log(`${path} ${present === undefined ? 'is missing' : 'is stale'}: node tools/generate.ts`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, wanted);
    console.log(`${path} written`);
  }
}
