/** The commands of the command line and the arguments that they take. What is not known is refused. */

import { type Scope, scopes } from '#api/access.ts';
import {
  type OperatorCommand,
  operatorUsage,
  readOperatorCommand,
  type ViewCommand,
} from './arguments/operator.ts';
import { read } from './arguments/read.ts';
import { UsageError } from './io.ts';

export type Command =
  | ViewCommand
  | OperatorCommand
  | { readonly name: 'start'; readonly demo: boolean; readonly seed: number | undefined }
  | { readonly name: 'demo'; readonly seed: number }
  | { readonly name: 'simex'; readonly port: number | undefined; readonly seed: number | undefined }
  | { readonly name: 'explain'; readonly id: string; readonly json: boolean }
  | { readonly name: 'telemetry status' | 'doctor'; readonly json: boolean }
  | { readonly name: 'token'; readonly holder: string; readonly scopes: readonly Scope[] }
  | { readonly name: 'engine' | 'replay' | 'help' | 'version' };

/** Of the demo strategy alone. */
const DEMO_SEED_DEFAULT = 1;
const SEED_MAX = 0xffff_ffff;
const PORT_MAX = 65_535;

export const usage = `Usage: tradeengine <command>

  start [--no-demo] [--seed N]   the engine, a simulated exchange, the observatory and a demo strategy
  engine                         the engine alone
  demo [--seed N]                the demo strategy alone
  simex [--port N] [--seed N]    the simulated exchange alone, a sandbox for any Binance client
  explain ID [--json]            the story of a signal or of an order, from the running engine
${operatorUsage}
  telemetry status [--json]      what of the telemetry has arrived, from the running engine
  token NAME [--scopes LIST]     a new token for the API: signal, read, operate or admin, separated by commas
  doctor [--json]                whether this configuration could trade, and what to mend; places nothing
  replay                         folds the journal from its first fact and compares with the stored state
  version, help                  also after a command: -h, --help

Configuration comes from the environment; docs/configuration.md lists the variables.`;

export function readCommand(args: readonly string[]): Command {
  const [name = 'help', ...rest] = args;
  if (asksForHelp(rest)) return { name: 'help' };
  switch (name) {
    case 'start': {
      const { values } = read(name, rest, { 'no-demo': { type: 'boolean' }, seed: { type: 'string' } });
      return { name, demo: values['no-demo'] !== true, seed: seedOf(values.seed) };
    }
    case 'demo': {
      const { values } = read(name, rest, { seed: { type: 'string' } });
      return { name, seed: seedOf(values.seed) ?? DEMO_SEED_DEFAULT };
    }
    case 'simex': {
      const { values } = read(name, rest, { port: { type: 'string' }, seed: { type: 'string' } });
      return { name, port: wholeNumber('port', values.port, PORT_MAX), seed: seedOf(values.seed) };
    }
    case 'explain': {
      const { values, positionals } = read(name, rest, { json: { type: 'boolean' } }, [
        'the id of a signal or of an order',
      ]);
      return { name, id: positionals[0] ?? '', json: values.json === true };
    }
    case 'telemetry': {
      const { values, positionals } = read(name, rest, { json: { type: 'boolean' } }, ['status']);
      if (positionals[0] !== 'status') throw new UsageError('The command takes one argument: status.');
      return { name: 'telemetry status', json: values.json === true };
    }
    case 'token': {
      const { values, positionals } = read(name, rest, { scopes: { type: 'string' } }, ['who will hold it']);
      return {
        name,
        holder: holderOf(positionals[0] ?? ''),
        scopes: scopesOf(values.scopes ?? 'signal,read'),
      };
    }
    case 'doctor': {
      const { values } = read(name, rest, { json: { type: 'boolean' } });
      return { name, json: values.json === true };
    }
    case 'engine':
    case 'replay':
      read(name, rest, {});
      return { name };
    case 'help':
    case '--help':
    case '-h':
      return { name: 'help' };
    case 'version':
    case '--version':
      return { name: 'version' };
    default: {
      const command = readOperatorCommand(name, rest);
      if (command === undefined) throw new UsageError(`There is no command ${JSON.stringify(name)}.`);
      return command;
    }
  }
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === '-h' || arg === '--help');
}

const seedOf = (text: string | boolean | undefined) => wholeNumber('seed', text, SEED_MAX);

function wholeNumber(option: string, text: string | boolean | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,10}$/.test(String(text)) ? Number(text) : Number.NaN;
  if (!(value <= max)) throw new UsageError(`--${option} takes a whole number from 0 to ${max}.`);
  return value;
}

function holderOf(text: string): string {
  if (/^[A-Za-z0-9_.-]{1,64}$/.test(text)) return text;
  throw new UsageError('The name of a token is 1 to 64 of A-Z a-z 0-9 _ . -');
}

function scopesOf(text: string | boolean): Scope[] {
  return String(text)
    .split(',')
    .map((wanted) => {
      const scope = scopes.find((known) => known === wanted);
      if (scope === undefined) throw new UsageError(`--scopes takes some of ${scopes.join(', ')}.`);
      return scope;
    });
}
