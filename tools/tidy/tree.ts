// The tree as the rules see it: each file's text, its code and comments apart, and what it imports.
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { lex } from './lex.ts';

interface Import {
  readonly line: number;
  readonly specifier: string;
  /** The file within the repository that it names; undefined for a package or a module of node. */
  readonly target: string | undefined;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly code: string;
  readonly comments: string;
  readonly imports: readonly Import[];
}

export interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  /** What stands there that should not. */
  readonly what: string;
  readonly reason: string;
}

const FILES = [
  '{src,test,tools,bench,web,bin}/**/*.{ts,tsx,mjs}',
  '*.md',
  'docs/**/*.md',
  '.ci/run',
  'web/*.html',
];
const NOT_OURS = ['**/node_modules/**', '**/dist/**'];
const SPECIFIER = /\bfrom\s*(?=['"])|\bimport\s*\(?\s*(?=['"])/g;

export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

function resolve(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('#test/')) return specifier.slice(1);
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`;
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  return undefined;
}

function importsOf(path: string, text: string, code: string): Import[] {
  return Array.from(code.matchAll(SPECIFIER), (found) => {
    const quote = found.index + found[0].length;
    const specifier = text.slice(quote + 1, text.indexOf(text.charAt(quote), quote + 1));
    return { line: lineAt(text, found.index), specifier, target: resolve(specifier, path) };
  });
}

export function sourceFile(path: string, text: string): SourceFile {
  const { code, comments } = /\.(?:tsx?|mjs)$/.test(path) ? lex(text) : { code: '', comments: '' };
  return { path, text, code, comments, imports: importsOf(path, text, code) };
}

export function readTree(root: string): SourceFile[] {
  const paths = globSync(FILES, { cwd: root, exclude: NOT_OURS }).sort();
  return paths.map((path) => sourceFile(path, readFileSync(posix.join(root, path), 'utf8')));
}
