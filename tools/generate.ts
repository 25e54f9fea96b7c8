// Writes the documents that are made from source: `node tools/generate.ts`. With --check it writes nothing and
// fails if one is not what its source says now.
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { configDocument } from '#app/config.ts';
import { telemetryDocs } from '#telemetry/docs.ts';
import { errorsDocument } from './generate/errors.ts';
import { exchangeCardsDocument } from './generate/exchange-cards.ts';
import { exchangeErrorsDocument } from './generate/exchange-errors.ts';
import { refusalsDocument } from './generate/refusals.ts';
import { settingsDocument } from './generate/settings.ts';

interface Generated {
  readonly path: string;
  make(): Promise<string>;
}

const registry: readonly Generated[] = [
  { path: 'docs/configuration.md', make: async () => configDocument() },
  { path: 'docs/errors.md', make: async () => errorsDocument() },
  { path: 'docs/exchange-cards.md', make: async () => exchangeCardsDocument() },
  { path: 'docs/exchange-errors.md', make: async () => exchangeErrorsDocument() },
  { path: 'docs/refusals.md', make: async () => refusalsDocument() },
  { path: 'docs/settings.md', make: async () => settingsDocument() },
  { path: 'docs/telemetry.md', make: async () => telemetryDocs() },
];

const root = join(import.meta.dirname, '..');
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');

/** As the formatter wants it, so that a generated document passes the check like a written one. */
function formatted(path: string, text: string): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [biome, 'format', `--stdin-file-path=${path}`],
    { cwd: root, input: text, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`biome does not format ${path}: ${stderr}`);
  return stdout;
}

const checkOnly = process.argv.includes('--check');

for (const { path, make } of registry) {
  const file = join(root, path);
  const wanted = formatted(path, await make());
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
