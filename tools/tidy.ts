// The project's own rules about its source: direction between folders, banned calls, exact money, shape of files, links.
// `node tools/tidy.ts` holds the tree against them; test/unit/tidy.test.ts proves each of them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { importCycles, wrongDirections } from './tidy/direction.ts';
import { brokenLinks } from './tidy/links.ts';
import { fileLengthMax, type Rule, rules } from './tidy/rules.ts';
import { type Finding, lineAt, readTree, type SourceFile } from './tidy/tree.ts';

const covers = (exception: string, path: string): boolean =>
  exception.endsWith('/') ? path.startsWith(exception) : path === exception;

const breaches = (rule: Rule, file: SourceFile): Finding[] =>
  Array.from(file[rule.within].matchAll(rule.forbids), (found) => ({
    rule: rule.name,
    path: file.path,
    line: lineAt(file.text, found.index),
    what: found[0].trim() || 'nothing of the kind',
    reason: rule.reason,
  }));

const forbidden = (tree: readonly SourceFile[]): Finding[] =>
  rules.flatMap((rule) => {
    const exceptions = Object.keys(rule.except);
    return tree
      .filter(
        ({ path }) => rule.covers.test(path) && !exceptions.some((exception) => covers(exception, path)),
      )
      .flatMap((file) => breaches(rule, file));
  });

const tooLong = (tree: readonly SourceFile[]): Finding[] =>
  tree.flatMap(({ path, text }) => {
    const { length } = text.trimEnd().split('\n');
    if (!fileLengthMax.covers.test(path) || length <= fileLengthMax.lines) return [];
    const what = `${length} lines of at most ${fileLengthMax.lines}`;
    return [{ rule: 'file-length', path, line: fileLengthMax.lines + 1, what, reason: fileLengthMax.reason }];
  });

/** What in this tree breaks a rule. */
export const tidy = (tree: readonly SourceFile[]): Finding[] => [
  ...wrongDirections(tree),
  ...importCycles(tree),
  ...forbidden(tree),
  ...tooLong(tree),
];

/** Exceptions that no file of this tree needs. */
export const idleExceptions = (tree: readonly SourceFile[]): Finding[] =>
  rules.flatMap((rule) =>
    Object.keys(rule.except)
      .filter((path) => !tree.some((file) => covers(path, file.path) && breaches(rule, file).length > 0))
      .map((path) => ({
        rule: rule.name,
        path,
        line: 1,
        what: 'an exception that nothing needs',
        reason: 'take it out of tools/tidy/rules.ts',
      })),
  );

export const show = ({ path, line, rule, what, reason }: Finding): string =>
  `${path}:${line}  ${rule}: ${what}\n    ${reason}`;

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const tree = readTree(root);
  const exists = (path: string): boolean => existsSync(join(root, path));
  const findings = [...tidy(tree), ...idleExceptions(tree), ...brokenLinks(tree, exists)];
  for (const finding of findings) console.log(show(finding));
  console.log(`${tree.length} files, ${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
