/** The requests about the account as a whole: open orders of both books, positions, balance. */

import type { z } from 'zod';
import type { ClientOrderId, Symbol } from '#core/ids.ts';
import type { AccountBalance, Answer, ExchangePosition, ExchangeSnapshot, OrderRef } from '../../port.ts';
import type { Endpoint } from '../endpoints.ts';
import type { OnProblem } from '../problem.ts';
import type { Rest } from '../rest.ts';
import type { Clock } from '../server-clock.ts';
import type { Conditionals } from './conditionals.ts';
import { read } from './read.ts';
import { isConditionalType, ownId } from './reports.ts';
import * as schemas from './schemas.ts';

/** The asset that positions are margined in. */
const MARGIN_ASSET = 'USDT';

interface AccountOptions {
  readonly rest: Rest;
  readonly conditionals: Conditionals;
  readonly clock: Clock;
  readonly onProblem: OnProblem;
}

export class Account {
  readonly #options: AccountOptions;

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  async snapshot(): Promise<Answer<ExchangeSnapshot>> {
    const takenAt = this.#options.clock.nowMicros();
    const [regular, conditional, positions] = await Promise.all([
      this.#get(schemas.openOrders, '/fapi/v1/openOrders'),
      this.#get(schemas.openAlgoOrders, '/fapi/v1/openAlgoOrders'),
      this.#get(schemas.positions, '/fapi/v3/positionRisk'),
    ]);
    if (regular.kind === 'failed') return regular;
    if (conditional.kind === 'failed') return conditional;
    if (positions.kind === 'failed') return positions;
    const openOrders = new Map<ClientOrderId, OrderRef>();
    const add = (clientOrderId: ClientOrderId | undefined, symbol: string, book: OrderRef['book']) => {
      if (clientOrderId !== undefined) {
        openOrders.set(clientOrderId, { clientOrderId, symbol: symbol as Symbol, book });
      }
    };
    for (const { clientOrderId, symbol, origType } of regular.value) {
      // The child of a conditional order carries its parent's id, and is cancelled and asked for by it.
      add(ownId(clientOrderId), symbol, isConditionalType(origType) ? 'conditional' : 'regular');
    }
    for (const { clientAlgoId, algoId, symbol } of conditional.value) {
      const own = ownId(clientAlgoId);
      if (own !== undefined) this.#options.conditionals.learn({ clientAlgoId, algoId });
      add(own, symbol, 'conditional');
    }
    return {
      kind: 'answer',
      value: { takenAt, positions: positions.value.flatMap(held), openOrders: [...openOrders.values()] },
    };
  }

  async balance(): Promise<Answer<AccountBalance>> {
    const account = await this.#get(schemas.account, '/fapi/v3/account');
    if (account.kind === 'failed') return account;
    const entry = account.value.assets.find(({ asset }) => asset === MARGIN_ASSET);
    if (entry === undefined) return { kind: 'failed', cause: `the account has no ${MARGIN_ASSET}` };
    const { asset, walletBalance, availableBalance, unrealizedProfit } = entry;
    return {
      kind: 'answer',
      value: { asset, wallet: walletBalance, available: availableBalance, unrealised: unrealizedProfit },
    };
  }

  #get<Schema extends z.ZodType>(schema: Schema, path: Endpoint): Promise<Answer<z.output<Schema>>> {
    return read({ ...this.#options, schema, path, priority: 'background' });
  }
}

/** Nothing where the position is empty. */
function held(position: z.output<typeof schemas.positions>[number]): ExchangePosition[] {
  const { symbol, positionSide, positionAmt, entryPrice } = position;
  if (positionAmt === '0') return [];
  const short = positionAmt.startsWith('-');
  const side = positionSide === 'BOTH' ? (short ? 'SHORT' : 'LONG') : positionSide;
  const quantity = short ? positionAmt.slice(1) : positionAmt;
  return [{ symbol: symbol as Symbol, side, quantity, entryPrice }];
}
