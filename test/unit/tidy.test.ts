// Goal: each rule of tools/tidy.ts catches what it says, and leaves alone what only looks like it.
// Method: a tree of one or two files in memory that breaks one rule; then the real tree, which breaks none.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { lex } from '../../tools/tidy/lex.ts';
import { brokenLinks } from '../../tools/tidy/links.ts';
import { rules } from '../../tools/tidy/rules.ts';
import { readTree, sourceFile } from '../../tools/tidy/tree.ts';
import { idleExceptions, show, tidy } from '../../tools/tidy.ts';

const HEAD = '/** What it is for. */\n';

/** The rules that a tree of these files breaks; a file of src is given its head comment. */
function broken(files: Record<string, string>): string[] {
  const tree = Object.entries(files).map(([path, text]) =>
    sourceFile(path, path.startsWith('src/') ? HEAD + text : text),
  );
  return tidy(tree).map(({ rule }) => rule);
}

const directions: [from: string, specifier: string, allowed: boolean][] = [
  ['src/core/decide.ts', './money.ts', true],
  ['src/core/decide.ts', '#engine/engine.ts', false],
  ['src/core/decide.ts', 'node:crypto', false],
  ['src/core/decide.ts', 'zod', false],
  ['src/journal/sqlite/sqlite.ts', '#journal/port.ts', true],
  ['src/journal/sqlite/sqlite.ts', '#core/facts.ts', true],
  ['src/journal/sqlite/sqlite.ts', '#exchange/port.ts', false],
  ['src/journal/port.ts', './sqlite.ts', false],
  ['src/exchange/port.ts', './binance/rest.ts', false],
  ['src/exchange/scripted.ts', './port.ts', true],
  ['src/exchange/scripted.ts', './binance/rest.ts', false],
  ['src/exchange/binance/rest.ts', '../port.ts', true],
  ['src/exchange/binance/rest.ts', '#journal/port.ts', false],
  ['src/exchange/binance/rest.ts', '#simex/usdm/exchange.ts', false],
  ['src/engine/engine.ts', '#journal/port.ts', true],
  ['src/engine/engine.ts', '#journal/sqlite.ts', false],
  ['src/engine/engine.ts', '#exchange/binance/rest.ts', false],
  ['src/engine/engine.ts', '#telemetry/projection.ts', false],
  ['src/engine/engine.ts', '@opentelemetry/api', false],
  ['src/intake/desk.ts', '#engine/engine.ts', true],
  ['src/intake/desk.ts', '#journal/port.ts', false],
  ['src/api/orders.ts', '#intake/desk.ts', true],
  ['src/api/orders.ts', '#exchange/port.ts', false],
  ['src/telemetry/cursor.ts', '#journal/reader.ts', true],
  ['src/telemetry/cursor.ts', '#journal/sqlite.ts', false],
  ['src/telemetry/sdk.ts', '@opentelemetry/api', true],
  ['src/simex/usdm/order.ts', '#core/money.ts', true],
  ['src/simex/usdm/order.ts', '#core/order.ts', false],
  ['src/observatory/store/store.ts', '../time.ts', true],
  ['src/observatory/store/store.ts', '#core/money.ts', false],
  ['src/cli/explain.ts', '#api/views/explain.ts', true],
  ['src/cli/explain.ts', '#api/server.ts', false],
  ['src/app/start.ts', '#exchange/binance/rest.ts', true],
  ['src/app/start.ts', '../exchange/port.ts', false],
  ['src/app/start.ts', '#test/support/clock.ts', false],
];

for (const [from, specifier, allowed] of directions) {
  test(`${from} ${allowed ? 'may' : 'may not'} import ${specifier}`, () => {
    const expected = allowed ? [] : ['direction'];
    assert.deepEqual(broken({ [from]: `import { a } from '${specifier}';` }), expected);
    assert.deepEqual(broken({ [from]: `import type { a } from '${specifier}';` }), expected);
    assert.deepEqual(broken({ [from]: `export {\n  a,\n} from "${specifier}";` }), expected);
    assert.deepEqual(broken({ [from]: `import '${specifier}';` }), expected);
    if (!from.startsWith('src/core/')) {
      assert.deepEqual(broken({ [from]: `const a = await import('${specifier}');` }), expected);
    }
  });
}

test('a folder of src without a direction is a finding', () => {
  assert.deepEqual(broken({ 'src/misc/a.ts': 'export const a = 1;' }), ['direction']);
});

test('files that import each other in a circle are told once, with the circle', () => {
  const circle = [
    sourceFile('src/engine/a.ts', `${HEAD}import { b } from './b.ts';`),
    sourceFile('src/engine/b.ts', `${HEAD}import type { c } from './c.ts';`),
    sourceFile('src/engine/c.ts', `${HEAD}import { a } from '#engine/a.ts';`),
    sourceFile('src/engine/d.ts', `${HEAD}import { a } from './a.ts';\nimport { c } from './c.ts';`),
  ];
  const findings = tidy(circle);
  assert.deepEqual(
    findings.map(({ what }) => what),
    ['engine/a.ts > engine/b.ts > engine/c.ts > engine/a.ts'],
  );
});

const bans: [rule: string, path: string, ...lines: string[]][] = [
  [
    'no-clock',
    'src/engine/a.ts',
    'Date.now()',
    'new Date()',
    'new Date',
    'Date()',
    'f(Date)',
    'performance.now()',
  ],
  ['no-clock', 'src/engine/a.ts', 'process.hrtime.bigint()'],
  ['no-randomness', 'src/simex/a.ts', 'Math.random()', 'crypto.randomUUID()', 'randomBytes(8)'],
  ['no-randomness', 'test/unit/a.test.ts', 'Math.random()'],
  [
    'no-timers',
    'src/engine/a.ts',
    'setTimeout(f, 1)',
    'setInterval(f, 1)',
    'setImmediate(f)',
    'f(setTimeout)',
  ],
  ['no-environment', 'src/engine/a.ts', 'process.env.HOME', "process['env']", 'const { env } = process;'],
  ['no-fetch', 'src/intake/a.ts', "await fetch('x')", 'f(fetch)'],
  ['no-console', 'src/engine/a.ts', "console.log('x')"],
  ['no-global-this', 'src/engine/a.ts', 'globalThis.setTimeout(f, 1)'],
  [
    'pure-core',
    'src/core/a.ts',
    'process.pid',
    'async () => 1',
    'Promise.resolve(1)',
    'new Date(0)',
    'f(Date.UTC(1))',
  ],
  [
    'no-float-money',
    'src/core/a.ts',
    'parseFloat(x)',
    'Number.parseFloat(x)',
    'x.map(Number)',
    '(1.5).toFixed(2)',
  ],
  ['no-float-money', 'src/exchange/binance/a.ts', 'Number(x)'],
  ['no-leftovers', 'test/unit/a.ts', '// TO'.concat('DO later'), '/* FIX'.concat('ME */')],
  [
    'no-narrowed-tests',
    'test/unit/a.ts',
    "test.only('x', f)",
    "test.skip('x', f)",
    "test('x', { skip: true }, f)",
  ],
  ['no-export-star', 'src/core/a.ts', "export * from './b.ts'", "export * as b from './b.ts'"],
  ['no-default-export', 'web/src/a.tsx', 'export default function a() {}', 'export { a as default };'],
  ['no-machine-paths', 'docs/a.md', `see ${'/'}home/ann/x`],
  ['no-machine-paths', 'src/app/a.ts', `open('${'/'}tmp/x')`],
];

for (const [rule, path, ...lines] of bans) {
  for (const line of lines) {
    test(`${rule}: ${line} in ${path}`, () => assert.deepEqual(broken({ [path]: line }), [rule]));
  }
}

const innocent: [path: string, ...lines: string[]][] = [
  [
    'src/engine/a.ts',
    '// setTimeout(f, 1)',
    "const a = 'Math.random()';",
    'const a = `console`;',
    'a.replace(/fetch/g, b)',
  ],
  [
    'src/engine/a.ts',
    'new Date(atMs).toISOString()',
    'Date.UTC(2026, 1)',
    'timers.setTimeout(f)',
    'f({ fetch: g })',
  ],
  [
    'src/core/a.ts',
    '/** A Promise is not made here, and no await. */',
    "type A = 'process';",
    'Number.isSafeInteger(a)',
  ],
  ['src/observatory/a.ts', 'setTimeout(f, 1)', 'Number(x)'],
  [
    'test/unit/a.ts',
    "const a = 'TODO';",
    'setTimeout(f, 1)',
    'rows.only',
    "test('x', { skip: process.platform !== 'linux' }, f)",
  ],
  ['web/vite.config.ts', 'export default {};'],
  ['docs/a.md', 'see ./home/x and https://example.org/home/x'],
  ['src/app/main.ts', 'process.env', 'console.log(a)', 'setTimeout(f, 1)'],
];

for (const [path, ...lines] of innocent) {
  for (const line of lines) {
    test(`no rule minds: ${line} in ${path}`, () => assert.deepEqual(broken({ [path]: line }), []));
  }
}

test('a file of src opens with a comment', () => {
  const rulesOf = (text: string) => tidy([sourceFile('src/core/a.ts', text)]).map(({ rule }) => rule);
  assert.deepEqual(rulesOf('export const a = 1;\n// late\n'), ['head-comment']);
  assert.deepEqual(rulesOf('// What it is for.\nexport const a = 1;\n'), []);
});

test('a file of more than 400 lines is a finding', () => {
  const lines = (count: number) => ({ 'test/unit/a.ts': 'a();\n'.repeat(count) });
  assert.deepEqual(broken(lines(400)), []);
  assert.deepEqual(broken(lines(401)), ['file-length']);
});

test('a finding names its line, what stands there and why it should not', () => {
  const [finding] = tidy([sourceFile('src/engine/a.ts', `${HEAD}\nconst a = Date.now();\n`)]);
  assert.ok(finding);
  assert.match(show(finding), /^src\/engine\/a\.ts:3 {2}no-clock: Date\n {4}time comes in/);
});

test('an exception that no file needs is a finding', () => {
  const excepted = sourceFile('src/engine/time.ts', `${HEAD}setTimeout(f, 1);`);
  const idle = idleExceptions([excepted]).filter(({ path }) => path === 'src/engine/time.ts');
  assert.deepEqual(tidy([excepted]), []);
  assert.deepEqual(
    idle.map(({ rule }) => rule),
    ['no-clock'],
  );
});

test('code and comments are told apart through strings, templates and regular expressions', () => {
  const source =
    'a = "// b"; // c\nd = `e @{f("}") + `@{g}`} h`; /* i\n */ j = k / l / m; n = /[/"]\\/o/g; p'.replaceAll(
      '@',
      '$',
    );
  const { code, comments } = lex(source);
  assert.deepEqual(code.match(/\w+/g), ['a', 'd', 'f', 'g', 'j', 'k', 'l', 'm', 'n', 'p']);
  assert.deepEqual(comments.match(/\w+/g), ['c', 'i']);
  assert.equal(code.length, source.length);
  assert.equal(comments.length, source.length);
});

test('a link of a document that leads nowhere is a finding, and so is one to a heading that is not there', () => {
  const tree = [
    sourceFile(
      'docs/a.md',
      `# One two\n[a](b.md) [b](b.md#three-fours) [c](#one-two) [d](../src) [e](https://example.org/x)
[f](c.md) [g](b.md#four) [h](#three) [i](../b.md)`,
    ),
    sourceFile('docs/b.md', "## `Three` four's\n"),
  ];
  const present = ['docs/a.md', 'docs/b.md', 'src'];
  assert.deepEqual(
    brokenLinks(tree, (path) => present.includes(path)).map(({ line, what }) => [line, what]),
    [
      [3, 'c.md'],
      [3, 'b.md#four'],
      [3, '#three'],
      [3, '../b.md'],
    ],
  );
});

test('every rule has a reason, and so has every exception', () => {
  for (const { name, reason, except } of rules) {
    for (const text of [reason, ...Object.values(except)]) assert.ok(text.length > 10, name);
  }
});

test('the tree is tidy', () => {
  const root = `${import.meta.dirname}/../..`;
  const tree = readTree(root);
  assert.ok(tree.length > 100, 'the tree was not found');
  const broken = brokenLinks(tree, (path) => existsSync(`${root}/${path}`));
  assert.equal([...tidy(tree), ...idleExceptions(tree), ...broken].map(show).join('\n'), '');
});
