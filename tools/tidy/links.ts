// Links of documents to files and headings of this repository: each has to lead somewhere.
import { posix } from 'node:path';
import { type Finding, lineAt, type SourceFile } from './tree.ts';

const LINK = /\]\(([^)\s]+)\)/g;
const ELSEWHERE = /^[a-z][a-z0-9+.-]*:/i;
const HEADING = /^#+ +(.+)$/gm;
const REASON = 'a reader who follows the link finds nothing';

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

const hasHeading = ({ text }: SourceFile, anchor: string): boolean =>
  Array.from(text.matchAll(HEADING), ([, heading = '']) => anchorOf(heading)).includes(anchor);

/** `exists` tells of a path from the root, of which the tree need not hold a file. */
export function brokenLinks(tree: readonly SourceFile[], exists: (path: string) => boolean): Finding[] {
  const documents = new Map(tree.filter(({ path }) => path.endsWith('.md')).map((file) => [file.path, file]));
  const leadsSomewhere = (from: string, link: string): boolean => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? from : posix.join(posix.dirname(from), path);
    const document = documents.get(target);
    return exists(target) && (anchor === undefined || document === undefined || hasHeading(document, anchor));
  };
  return [...documents.values()].flatMap(({ path, text }) =>
    Array.from(text.matchAll(LINK)).flatMap(({ index, 1: link = '' }) =>
      ELSEWHERE.test(link) || leadsSomewhere(path, link)
        ? []
        : [{ rule: 'broken-link', path, line: lineAt(text, index), what: link, reason: REASON }],
    ),
  );
}
