// Who may import whom. The folders of src are the architecture; this table is the direction between them.
import type { Finding, SourceFile } from './tree.ts';

interface Part {
  /** A folder of src, or a file of it without its ending. The longest that fits a file is the file's part. */
  readonly part: string;
  readonly mayImport: readonly string[];
  readonly reason: string;
}

const parts: readonly Part[] = [
  { part: 'core', mayImport: [], reason: 'core is pure trading logic: it knows nothing but itself' },
  { part: 'journal', mayImport: ['core', 'journal/port'], reason: 'an adapter knows its port and core' },
  { part: 'journal/port', mayImport: ['core'], reason: 'a port does not know its adapters' },
  { part: 'exchange', mayImport: ['core', 'exchange/port'], reason: 'an adapter knows its port and core' },
  { part: 'exchange/port', mayImport: ['core'], reason: 'a port does not know its adapters' },
  {
    part: 'exchange/binance',
    mayImport: ['core', 'exchange/port'],
    reason: 'an adapter knows its port and core',
  },
  {
    part: 'engine',
    mayImport: ['core', 'journal/port', 'exchange/port'],
    reason: 'the engine runs on ports, so that simulation and every adapter run the same engine',
  },
  { part: 'intake', mayImport: ['core', 'engine'], reason: 'intake turns bytes into signals for the engine' },
  {
    part: 'api',
    mayImport: ['core', 'engine', 'journal/port', 'intake'],
    reason: 'the API shows the engine; which adapters run is not its business',
  },
  {
    part: 'telemetry',
    mayImport: ['core', 'journal/port', 'journal/reader', 'engine/stage'],
    reason: 'telemetry reads what the journal has committed, and nothing of trading calls it',
  },
  {
    part: 'simex',
    mayImport: ['core/money'],
    reason: 'the simulated exchange is an oracle only as long as it shares no trading logic with the engine',
  },
  {
    part: 'observatory',
    mayImport: [],
    reason: 'the observatory is a process of its own that takes telemetry from anyone',
  },
  {
    part: 'cli',
    mayImport: ['core', 'api/views', 'api/access', 'app', 'simex/process'],
    reason: 'a command starts the app or the simulated exchange, shows a view or makes a token',
  },
  { part: 'app', mayImport: [''], reason: 'app is the one place that knows every adapter' },
];

/** Packages with one home. */
const packageHomes = [
  {
    package: /^@opentelemetry\//,
    home: /^src\/(?:telemetry|app)\//,
    reason: 'the trading code contains no instrumentation: facts become telemetry in src/telemetry',
  },
];

const within = (name: string, folder: string): boolean =>
  folder === '' || name === folder || name.startsWith(`${folder}/`);

const nameOf = (path: string): string => path.slice('src/'.length).replace(/\.tsx?$/, '');

const partOf = (name: string): Part | undefined =>
  parts
    .filter(({ part }) => within(name, part))
    .reduce<Part | undefined>(
      (best, part) => (best && best.part.length > part.part.length ? best : part),
      undefined,
    );

function problemsOf(file: SourceFile): Finding[] {
  const name = nameOf(file.path);
  const part = partOf(name);
  const finding = (line: number, what: string, reason: string): Finding => ({
    rule: 'direction',
    path: file.path,
    line,
    what,
    reason,
  });
  if (part === undefined) {
    return [
      finding(1, 'a folder that tools/tidy/direction.ts does not know', 'every folder has its direction'),
    ];
  }
  return file.imports.flatMap(({ line, specifier, target }) => {
    const what = `imports ${specifier}`;
    if (target === undefined) {
      const home = packageHomes.find((entry) => entry.package.test(specifier) && !entry.home.test(file.path));
      if (home !== undefined) return [finding(line, what, home.reason)];
      return part.part === 'core' ? [finding(line, what, part.reason)] : [];
    }
    if (!target.startsWith('src/')) return [finding(line, what, 'src stands on itself and on packages')];
    const wanted = nameOf(target);
    const folder = name.split('/')[0];
    if (specifier.startsWith('.') && wanted.split('/')[0] !== folder) {
      return [finding(line, what, 'across folders the import says the folder: #folder/file.ts')];
    }
    const own = partOf(wanted) === part;
    return own || part.mayImport.some((allowed) => within(wanted, allowed))
      ? []
      : [finding(line, what, part.reason)];
  });
}

/** Each import that goes against the direction between the folders of src. */
export const wrongDirections = (tree: readonly SourceFile[]): Finding[] =>
  tree.filter(({ path, code }) => path.startsWith('src/') && code !== '').flatMap(problemsOf);

/** Each circle of imports, told once, from its first file in the order of the alphabet. */
export function importCycles(tree: readonly SourceFile[]): Finding[] {
  const files = new Map(tree.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: Finding[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const begin = trail.indexOf(path);
    if (begin !== -1) {
      const circle = [...trail.slice(begin), path].map((step) => step.replace(/^src\//, ''));
      const reason = 'files in a circle are one file in pieces';
      found.push({ rule: 'import-cycle', path, line: 1, what: circle.join(' > '), reason });
    }
    if (done.has(path)) return;
    done.add(path);
    for (const { target } of files.get(path)?.imports ?? []) {
      if (target !== undefined && files.has(target)) visit(target, [...trail, path]);
    }
  };
  for (const path of [...files.keys()].sort()) visit(path, []);
  return found;
}
