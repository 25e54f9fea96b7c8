// Goal: the command line takes what it documents and refuses everything else. Method: a table.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCommand, usage } from '../../src/cli/arguments.ts';
import { UsageError } from '../../src/cli/io.ts';

describe('the command line', () => {
  const good: [string, object][] = [
    ['', { name: 'help' }],
    ['help', { name: 'help' }],
    ['--help', { name: 'help' }],
    ['--version', { name: 'version' }],
    ['start', { name: 'start', demo: true, seed: undefined }],
    ['start -h', { name: 'help' }],
    ['start --seed 7 --help', { name: 'help' }],
    ['explain --help', { name: 'help' }],
    ['replay -h', { name: 'help' }],
    ['version --help', { name: 'help' }],
    ['explain -- --help', { name: 'explain', id: '--help', json: false }],
    ['start --no-demo --seed 42', { name: 'start', demo: false, seed: 42 }],
    ['start --seed=0', { name: 'start', demo: true, seed: 0 }],
    ['demo --seed 7', { name: 'demo', seed: 7 }],
    ['simex', { name: 'simex', port: undefined, seed: undefined }],
    ['simex --port 9000 --seed 3', { name: 'simex', port: 9000, seed: 3 }],
    ['simex --help', { name: 'help' }],
    ['engine', { name: 'engine' }],
    ['explain te-1', { name: 'explain', id: 'te-1', json: false }],
    ['explain --json te-1', { name: 'explain', id: 'te-1', json: true }],
    ['replay', { name: 'replay' }],
    ['pnl --json', { name: 'pnl', json: true }],
    ['settings', { name: 'settings', json: false }],
    ['halt', { name: 'halt', argument: undefined, note: undefined, yes: false, json: false }],
    ['resume --yes', { name: 'resume', argument: undefined, note: undefined, yes: true, json: false }],
    ['flatten', { name: 'flatten', argument: undefined, note: undefined, yes: false, json: false }],
    [
      'flatten BTCUSDT --note news',
      { name: 'flatten', argument: 'BTCUSDT', note: 'news', yes: false, json: false },
    ],
    ['cancel te-1', { name: 'cancel', argument: 'te-1', note: undefined, yes: false, json: false }],
    ['token ci', { name: 'token', holder: 'ci', scopes: ['signal', 'read'] }],
    [
      'token --scopes operate,admin oncall',
      { name: 'token', holder: 'oncall', scopes: ['operate', 'admin'] },
    ],
  ];
  for (const [text, command] of good) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(readCommand(text === '' ? [] : text.split(' ')), command);
    });
  }

  const bad = [
    'strat',
    'start now',
    'start --seed',
    'start --seed x',
    'start --seed -1',
    'start --seed 4294967296',
    'start --seed 1.5',
    'start --demo',
    'start --no-demo=yes',
    'engine --port 1',
    'simex 9000',
    'simex --port',
    'simex --port 65536',
    'simex --host all',
    'explain',
    'explain a b',
    'replay all',
    'telemetry',
    'telemetry start',
    'telemetry status now',
    'halt now',
    'halt --yes',
    'cancel',
    'flatten BTCUSDT ETHUSDT',
    'limits now',
    'constructor',
  ];
  for (const text of bad) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => readCommand(text.split(' ')), UsageError);
    });
  }

  const said: [string, string][] = [
    ['engine --port 1', 'engine has no option --port.'],
    ['start -x', 'start has no option -x.'],
    ['start --seed', '--seed needs a value: --seed N, or --seed=N.'],
    ['start --seed -1', '--seed needs a value: --seed N, or --seed=N.'],
    ['start --seed=-1', '--seed takes a whole number from 0 to 4294967295.'],
    ['simex --port=x', '--port takes a whole number from 0 to 65535.'],
    ['start --no-demo=yes', '--no-demo takes no value.'],
    ['telemetry', 'The command takes one argument: status.'],
    ['explain', 'The command takes one argument: the id of a signal or of an order.'],
  ];
  for (const [text, message] of said) {
    it(`says of ${JSON.stringify(text)} what is wrong`, () => {
      assert.throws(() => readCommand(text.split(' ')), { message });
    });
  }

  it('documents each command', () => {
    for (const name of [
      'start',
      'engine',
      'demo',
      'simex',
      'explain',
      'telemetry',
      'replay',
      'version',
      'help',
      'pnl',
      'halt',
      'resume',
      'flatten',
      'cancel',
      'settings',
    ]) {
      assert.match(usage, new RegExp(`\\b${name}\\b`));
    }
  });
});
