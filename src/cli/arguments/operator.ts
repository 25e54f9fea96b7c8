/** The commands of operators, and the arguments that they take. */

import { read } from './read.ts';

const views = ['positions', 'orders', 'pnl', 'limits', 'settings'] as const;
/** With what stands for the argument that it takes. */
const commands = {
  halt: undefined,
  reduce: undefined,
  resume: undefined,
  flatten: 'a symbol?',
  cancel: 'the id of an order',
} as const;

export interface ViewCommand {
  readonly name: (typeof views)[number];
  readonly json: boolean;
}

export interface OperatorCommand {
  readonly name: keyof typeof commands;
  readonly argument: string | undefined;
  readonly note: string | undefined;
  /** Nobody needs to be asked. */
  readonly yes: boolean;
  readonly json: boolean;
}

export const operatorUsage = `  positions, orders, pnl, limits, settings [--json]
                                 what the account has, won and lost, how far its limits are, its trading rules
  halt, reduce [--note TEXT]     take only what makes positions smaller; after halt a person has to look
  resume [--yes] [--note TEXT]   take all signals again
  flatten [SYMBOL] [--yes] [--note TEXT]
                                 close positions at the market, and take entries back
  cancel ID [--note TEXT]        take an entry back`;

/** Undefined for a command that is none of an operator's. */
export function readOperatorCommand(name: string, rest: string[]): ViewCommand | OperatorCommand | undefined {
  const view = views.find((known) => known === name);
  if (view !== undefined) {
    const { values } = read(name, rest, { json: { type: 'boolean' } });
    return { name: view, json: values.json === true };
  }
  if (!Object.hasOwn(commands, name)) return undefined;
  const command = name as keyof typeof commands;
  const { [command]: argument } = commands;
  const asks = command === 'resume' || command === 'flatten';
  const { values, positionals } = read(
    name,
    rest,
    { json: { type: 'boolean' }, note: { type: 'string' }, ...(asks ? { yes: { type: 'boolean' } } : {}) },
    argument === undefined ? [] : [argument],
  );
  const { note, json, yes } = values as { note?: string; json?: boolean; yes?: boolean };
  return { name: command, argument: positionals[0], note, yes: yes === true, json: json === true };
}
