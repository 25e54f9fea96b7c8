/**
 * The settings that an account has at the exchange, and how they become the wanted ones. Orders depend on the position
 * mode and on margin in one asset: without those nothing begins. Leverage and margin type are set where that is asked
 * for; with a position or an order open the exchange may refuse, and then they stay until the next start.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api/Futures-Account-Configuration
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api/Symbol-Config
 */

import type { Symbol } from '#core/ids.ts';
import type { PositionMode } from '#core/settings.ts';
import type { Answer } from '../../port.ts';
import type { Endpoint } from '../endpoints.ts';
import type { OnProblem } from '../problem.ts';
import { describe, type Rest } from '../rest.ts';
import type { Params } from '../signing.ts';
import { read } from './read.ts';
import * as schemas from './schemas.ts';

export type MarginType = 'crossed' | 'isolated';

/** What is undefined is left as it is. */
export interface SymbolWishes {
  readonly leverage?: number | undefined;
  readonly marginType?: MarginType | undefined;
}

export interface AccountWishes {
  readonly positionMode: PositionMode;
  readonly symbols?: ReadonlyMap<Symbol, SymbolWishes>;
}

export interface AccountSettings {
  readonly positionMode: PositionMode;
  readonly multiAssets: boolean;
  readonly symbols: ReadonlyMap<Symbol, Required<SymbolWishes>>;
}

interface ConfigurationOptions {
  readonly rest: Rest;
  readonly onProblem: OnProblem;
}

export async function accountSettings(options: ConfigurationOptions): Promise<Answer<AccountSettings>> {
  const [account, symbols] = await Promise.all([
    read({ ...options, schema: schemas.accountConfig, path: '/fapi/v1/accountConfig' }),
    read({ ...options, schema: schemas.symbolConfigs, path: '/fapi/v1/symbolConfig' }),
  ]);
  if (account.kind === 'failed') return account;
  if (symbols.kind === 'failed') return symbols;
  return {
    kind: 'answer',
    value: {
      positionMode: account.value.dualSidePosition ? 'hedge' : 'one_way',
      multiAssets: account.value.multiAssetsMargin,
      symbols: new Map(
        symbols.value.map(({ symbol, leverage, marginType }) => [
          symbol as Symbol,
          { leverage, marginType: marginType === 'CROSSED' ? 'crossed' : 'isolated' },
        ]),
      ),
    },
  };
}

/** A setting that differs, and the request that changes it. */
interface Change {
  readonly what: string;
  readonly path: Endpoint;
  readonly params: Params;
  /** Orders depend on it. */
  readonly needed: boolean;
}

/** Each change that is made is told. */
export async function configureAccount(
  wishes: AccountWishes,
  options: ConfigurationOptions,
): Promise<Answer<void>> {
  const present = await accountSettings(options);
  if (present.kind === 'failed') return present;
  for (const change of changesTo(present.value, wishes)) {
    const { what, path, params, needed } = change;
    const result = await options.rest.call({ method: 'POST', path, security: 'signed', params });
    // The exchange calls it an error that it is so already.
    if (result.kind === 'answer' || result.meaning.kind === 'unchanged') {
      options.onProblem('account_changed', what);
      continue;
    }
    const cause = `${what}: ${describe(result)}`;
    if (needed) return { kind: 'failed', cause };
    options.onProblem('account_unchanged', cause);
  }
  return { kind: 'answer', value: undefined };
}

function changesTo(present: AccountSettings, { positionMode, symbols = new Map() }: AccountWishes): Change[] {
  const changes: Change[] = [];
  if (present.positionMode !== positionMode) {
    changes.push({
      what: `position mode ${positionMode}`,
      path: '/fapi/v1/positionSide/dual',
      params: { dualSidePosition: String(positionMode === 'hedge') },
      needed: true,
    });
  }
  if (present.multiAssets) {
    changes.push({
      what: 'multi-assets mode off',
      path: '/fapi/v1/multiAssetsMargin',
      params: { multiAssetsMargin: 'false' },
      needed: true,
    });
  }
  for (const [symbol, { leverage, marginType }] of symbols) {
    const own = present.symbols.get(symbol);
    if (marginType !== undefined && marginType !== own?.marginType) {
      const params = { symbol, marginType: marginType.toUpperCase() };
      changes.push({
        what: `margin type of ${symbol} ${marginType}`,
        path: '/fapi/v1/marginType',
        params,
        needed: false,
      });
    }
    if (leverage !== undefined && leverage !== own?.leverage) {
      const params = { symbol, leverage: String(leverage) };
      changes.push({
        what: `leverage of ${symbol} ${leverage}`,
        path: '/fapi/v1/leverage',
        params,
        needed: false,
      });
    }
  }
  return changes;
}
