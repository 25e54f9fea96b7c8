/** The version of the package, as its manifest says. */

import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version?: unknown;
};
if (typeof manifest.version !== 'string') throw new Error('package.json names no version');

export const version: string = manifest.version;
