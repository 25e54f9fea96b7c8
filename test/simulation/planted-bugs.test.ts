/**
 * Goal: prove that the suite can fail. Method: copy the source, make one small wrong edit, run what should notice, and
 * require that it does. Each edit must match exactly once, so that a change of the code cannot quietly disarm it.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
  readonly noticedBy: readonly string[];
}

const simulation = ['test/simulation/campaign.ts', '--seeds', '60'];
const planRules = ['--test', 'test/unit/plan.test.ts'];
const decisions = ['--test', 'test/unit/decide.test.ts'];
const inquiries = ['--test', 'test/unit/inquiries.test.ts'];

const bugs: readonly PlantedBug[] = [
  {
    name: 'a signal is acknowledged before it is durable',
    file: 'src/engine/engine.ts',
    right: 'await handled.durable;',
    wrong: 'void handled.durable;',
    noticedBy: simulation,
  },
  {
    name: 'an order is sent before its intent is durable',
    file: 'src/engine/engine.ts',
    right: '    durable.then(\n      () => this.#carryOut(entry),\n',
    wrong: '    this.#carryOut(entry);\n    durable.then(\n      () => {},\n',
    noticedBy: simulation,
  },
  {
    name: 'an unknown outcome is treated as refused',
    file: 'src/core/report.ts',
    right: "  if (outcome.kind === 'unknown') {\n    const { cause, decidableAt } = outcome;",
    wrong:
      "  if (outcome.kind === 'unknown') {\n    const retryAt = (at + 500_000) as Micros;\n    return [{ type: 'order.refused', ...aboutOrder(order), refusal: 'unavailable', code: 0, message: '', plannedAt: order.plannedAt, sentAt, answeredAt, retryAt }];\n    const { cause, decidableAt } = outcome;",
    noticedBy: simulation,
  },
  {
    name: 'a signal that came before is not recognised',
    file: 'src/engine/engine.ts',
    right: 'const duplicateOf = await journal.findSignal(submission.key);',
    wrong: 'const duplicateOf = (await journal.findSignal(submission.key), undefined);',
    noticedBy: simulation,
  },
  {
    name: 'the stop is laid to the winning side',
    file: 'src/core/plan.ts',
    right: "(side === 'LONG') === (leg === 'stop');",
    wrong: "(side === 'LONG') !== (leg === 'stop');",
    noticedBy: planRules,
  },
  {
    name: 'one denial by the exchange is taken for the truth',
    file: 'src/engine/inquiries.ts',
    right: "if (outcome.kind === 'missing') {",
    wrong: "if (outcome.kind === 'missing' && order.phase === 'planned') {",
    noticedBy: inquiries,
  },
  {
    name: 'an order of unknown fate is asked about while it can still arrive',
    file: 'src/core/decide.ts',
    right: ' || askedAt < order.decidableAt) return [];',
    wrong: ') return [];',
    noticedBy: decisions,
  },
  {
    name: 'a stop that no longer fits the position is left as it is',
    file: 'src/core/protection.ts',
    right: 'order.quantity === guarded &&',
    wrong: 'order.quantity <= guarded &&',
    noticedBy: decisions,
  },
  {
    name: 'an execution that is told twice is counted twice',
    file: 'src/core/report.ts',
    right: 'const seen = new Set(order.tradeIds);',
    wrong: 'const seen = new Set<string>();',
    noticedBy: simulation,
  },
  {
    name: 'the orders that guarded a position stay when it has closed',
    file: 'src/core/protection.ts',
    right: 'if (position === undefined) return clearAway(orders, moment);',
    wrong: 'if (position === undefined) return [];',
    noticedBy: simulation,
  },
  {
    name: 'after a restart an order under way is taken for not sent',
    file: 'src/core/decide.ts',
    right: "    if (order.phase !== 'planned') continue;\n    const { plannedAt } = order;\n",
    wrong:
      "    if (order.phase !== 'planned') continue;\n    const { plannedAt } = order;\n    facts.push({ type: 'order.unknown', ...aboutOrder(order), cause: 'restart', plannedAt, decidableAt });\n    facts.push({ type: 'order.resolved', ...aboutOrder(order), placed: false, how: 'query', plannedAt, retryAt: decidableAt });\n    continue;\n",
    noticedBy: simulation,
  },
  {
    name: 'a quantity is rounded up past what was asked for',
    file: 'src/core/plan.ts',
    right: "? roundToStep(intent.quantity, step, 'down')",
    wrong: "? roundToStep(intent.quantity, step, 'up')",
    noticedBy: planRules,
  },
];

const DEADLINE_MS = 120_000;
const root = new URL('../..', import.meta.url).pathname;
let copy = '';

before(async () => {
  copy = await mkdtemp(join(tmpdir(), 'tradeengine-bugs-'));
  for (const part of ['src', 'test', 'package.json'])
    await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
});

after(() => rm(copy, { recursive: true, force: true }));

function run(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = spawn(process.execPath, args, { cwd: copy, env, timeout: DEADLINE_MS });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('close', (code) => resolve({ code, output }));
  });
}

test('without a planted bug everything passes', { timeout: 2 * DEADLINE_MS }, async () => {
  for (const args of [simulation, planRules, decisions, inquiries]) {
    const { code, output } = await run(args);
    assert.equal(code, 0, output.slice(-2_000));
  }
});

for (const bug of bugs) {
  test(`noticed: ${bug.name}`, { timeout: 2 * DEADLINE_MS }, async () => {
    const path = join(copy, bug.file);
    const source = await readFile(path, 'utf8');
    assert.equal(source.split(bug.right).length, 2, `the edit must match ${bug.file} exactly once`);
    await writeFile(path, source.replace(bug.right, bug.wrong));
    try {
      const { code, output } = await run(bug.noticedBy);
      assert.equal(code, 1, `nothing noticed it:\n${output.slice(-2_000)}`);
      assert.doesNotMatch(output, /SyntaxError|ERR_MODULE_NOT_FOUND/, 'it must be noticed for what it does');
    } finally {
      await writeFile(path, source);
    }
  });
}
