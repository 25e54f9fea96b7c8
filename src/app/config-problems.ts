/** What can be wrong with a configuration, and the rules by which values that are right by themselves do not go together. */

import type { Symbol } from '#core/ids.ts';
import type { TradingMode } from '#core/settings.ts';
import type { PerSymbol } from './variable.ts';

/** By names that stay. */
export const configFaults = {
  value_invalid: 'A variable has a value that cannot be.',
  given_twice: 'A secret is given by its variable and by a file.',
  file_unreadable: 'A file that a variable names cannot be read.',
  settings_invalid: 'The file of TRADEENGINE_SETTINGS_FILE has a rule that cannot be.',
  key_missing: 'The mode needs a key and its secret, and has not both.',
  account_missing: 'Live mode needs TRADEENGINE_ACCOUNT: the default names no real account.',
  live_unconfirmed: 'Live mode needs TRADEENGINE_CONFIRM_LIVE with the name of the account.',
  symbol_not_traded: 'Something is set for a symbol that TRADEENGINE_SYMBOLS does not list.',
} as const;

export interface ConfigProblem {
  readonly code: keyof typeof configFaults;
  readonly message: string;
}

/** The values that have to go together. */
interface ModeValues {
  readonly TRADING_MODE: TradingMode;
  readonly TRADEENGINE_ACCOUNT: string;
  readonly TRADEENGINE_CONFIRM_LIVE: string | undefined;
  readonly TRADEENGINE_SYMBOLS: readonly Symbol[];
  readonly TRADEENGINE_LEVERAGE: PerSymbol<unknown> | undefined;
  readonly TRADEENGINE_MARGIN_TYPE: PerSymbol<unknown> | undefined;
  readonly BINANCE_API_KEY: unknown;
  readonly BINANCE_API_SECRET: unknown;
}

/** @param accountIsNamed whether somebody chose the name of the account */
export const problemsOf = (values: ModeValues, accountIsNamed: boolean): ConfigProblem[] => [
  ...keyProblems(values),
  ...accountProblems(values, accountIsNamed),
  ...symbolProblems(values),
];

function keyProblems(values: ModeValues): ConfigProblem[] {
  const { TRADING_MODE: mode } = values;
  if (mode === 'paper') return [];
  const missing = (['BINANCE_API_KEY', 'BINANCE_API_SECRET'] as const).filter(
    (name) => values[name] === undefined,
  );
  if (missing.length === 0) return [];
  return [{ code: 'key_missing', message: `TRADING_MODE=${mode} needs ${missing.join(' and ')}` }];
}

/** Only a person who knows which account it is may let it trade with money. */
function accountProblems(values: ModeValues, accountIsNamed: boolean): ConfigProblem[] {
  if (values.TRADING_MODE !== 'live') return [];
  const { TRADEENGINE_ACCOUNT: account, TRADEENGINE_CONFIRM_LIVE: confirmed } = values;
  if (!accountIsNamed) {
    return [{ code: 'account_missing', message: 'TRADING_MODE=live needs TRADEENGINE_ACCOUNT' }];
  }
  if (confirmed === account) return [];
  const is = confirmed === undefined ? 'is not set' : `is ${JSON.stringify(confirmed)}`;
  const message = `TRADING_MODE=live trades with money: TRADEENGINE_CONFIRM_LIVE must be ${JSON.stringify(account)}, and ${is}`;
  return [{ code: 'live_unconfirmed', message }];
}

function symbolProblems(values: ModeValues): ConfigProblem[] {
  const perSymbolNames = ['TRADEENGINE_LEVERAGE', 'TRADEENGINE_MARGIN_TYPE'] as const;
  return perSymbolNames.flatMap((name) => {
    const strangers = [...(values[name]?.named.keys() ?? [])].filter(
      (symbol) => !values.TRADEENGINE_SYMBOLS.includes(symbol),
    );
    const message = `${name} names ${strangers.join(', ')}, which TRADEENGINE_SYMBOLS does not list`;
    return strangers.length === 0 ? [] : [{ code: 'symbol_not_traded', message } as const];
  });
}
