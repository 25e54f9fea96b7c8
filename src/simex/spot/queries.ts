/** What requests that change nothing are answered. */
import { inOrder, known } from '../matching/archive.ts';
import { page } from '../matching/page.ts';
import type { Result } from '../matching/result.ts';
import { isRefusal } from '../matching/result.ts';
import { accountView, commissionView } from './account-view.ts';
import { findList, findOrder } from './find.ts';
import { averagePriceView, bookTickerView, depthView, exchangeInfoView, priceView } from './market-view.ts';
import { readInstrument } from './order-request.ts';
import { listView, orderView, tradeView } from './order-view.ts';
import type { Parameters } from './reading.ts';
import { choice, collect, fail, optional, readFlag, readTexts, readWhole } from './reading.ts';
import * as refusals from './refusals.ts';
import type { SpotState } from './state.ts';
import { listingOf } from './state.ts';
import type { Instrument } from './symbols.ts';

export type Answer = Result<{ readonly body: unknown }>;

const DEPTH_DEFAULT = 100;
const DAY_MS = 24 * 60 * 60 * 1000;

export class Queries {
  readonly #state: SpotState;
  readonly #instruments: ReadonlyMap<string, Instrument>;

  constructor(state: SpotState, instruments: ReadonlyMap<string, Instrument>) {
    this.#state = state;
    this.#instruments = instruments;
  }

  // Public data

  exchangeInfo(parameters: Parameters): Answer {
    return this.#answer(() => {
      const symbols = this.#symbols(parameters);
      const permissions = this.#permissions(parameters);
      const status = optional(parameters, 'symbolStatus');
      const isNarrowed = parameters['symbol'] !== undefined || parameters['symbols'] !== undefined;
      if (isNarrowed && (permissions !== undefined || status !== undefined)) fail(refusals.badCombination());
      const isListed = permissions?.includes('SPOT') !== false && this.#isTrading(status);
      return exchangeInfoView(
        isListed ? symbols : [],
        readFlag(parameters, 'showPermissionSets') !== false,
        this.#state.nowMs,
      );
    });
  }

  price(parameters: Parameters): Answer {
    return this.#perSymbol(parameters, (symbol) => priceView(this.#state, symbol));
  }

  bookTicker(parameters: Parameters): Answer {
    return this.#perSymbol(parameters, (symbol) => bookTickerView(this.#state, symbol));
  }

  depth(parameters: Parameters): Answer {
    return this.#answer(() => {
      const { symbol } = readInstrument(parameters, this.#instruments);
      return depthView(this.#state, symbol, readWhole(parameters, 'limit') ?? DEPTH_DEFAULT);
    });
  }

  averagePrice(parameters: Parameters): Answer {
    return this.#answer(() =>
      averagePriceView(this.#state, readInstrument(parameters, this.#instruments).symbol),
    );
  }

  // Account

  account(parameters: Parameters): Answer {
    return this.#answer(() => accountView(this.#state, readFlag(parameters, 'omitZeroBalances') === true));
  }

  commission(parameters: Parameters): Answer {
    return this.#answer(() => commissionView(readInstrument(parameters, this.#instruments).symbol));
  }

  order(parameters: Parameters): Answer {
    const order = findOrder(this.#state, parameters, refusals.noSuchOrder());
    return isRefusal(order) ? order : { ok: true, body: orderView(order) };
  }

  openOrders(parameters: Parameters): Answer {
    return this.#answer(() => {
      const one = optional(parameters, 'symbol') !== undefined;
      const symbols = one
        ? [readInstrument(parameters, this.#instruments).symbol]
        : [...this.#instruments.keys()];
      return symbols
        .flatMap((symbol) => [...listingOf(this.#state, symbol).open])
        .sort((a, b) => a.orderId - b.orderId)
        .map(orderView);
    });
  }

  allOrders(parameters: Parameters): Answer {
    return this.#answer(() => {
      readInstrument(parameters, this.#instruments);
      const found = page(
        known(this.#state.orders),
        (order) => ({ id: order.orderId, symbol: order.symbol, timeMs: order.createdMs }),
        within(parameters),
        parameters['orderId'],
        refusals.invalidParameter,
      );
      return isRefusal(found) ? fail(found) : found.map(orderView);
    });
  }

  trades(parameters: Parameters): Answer {
    return this.#answer(() => {
      readInstrument(parameters, this.#instruments);
      const orderId = readWhole(parameters, 'orderId');
      const found = page(
        inOrder(this.#state.trades).filter(({ order }) => orderId === undefined || order.orderId === orderId),
        ({ tradeId, order, timeMs }) => ({ id: tradeId, symbol: order.symbol, timeMs }),
        within(parameters),
        parameters['fromId'],
        refusals.invalidParameter,
      );
      return isRefusal(found) ? fail(found) : found.map(tradeView);
    });
  }

  list(parameters: Parameters): Answer {
    const list = findList(this.#state, parameters, 'origClientOrderId', refusals.noSuchList());
    return isRefusal(list) ? list : { ok: true, body: listView(list) };
  }

  openLists(): Answer {
    const open = known(this.#state.lists).filter(({ isDone }) => !isDone);
    return { ok: true, body: open.map(listView) };
  }

  allLists(parameters: Parameters): Answer {
    return this.#answer(() => {
      const isTimed = parameters['startTime'] !== undefined || parameters['endTime'] !== undefined;
      if (isTimed && parameters['fromId'] !== undefined) fail(refusals.badCombination());
      const found = page(
        known(this.#state.lists),
        (list) => ({ id: list.orderListId, symbol: list.symbol, timeMs: list.createdMs }),
        within(parameters),
        parameters['fromId'],
        refusals.invalidParameter,
      );
      return isRefusal(found) ? fail(found) : found.map(listView);
    });
  }

  #answer(read: () => object): Answer {
    const body = collect(read);
    return isRefusal(body) ? body : { ok: true, body };
  }

  #perSymbol(parameters: Parameters, view: (symbol: string) => object): Answer {
    return this.#answer(() => {
      const symbols = this.#symbols(parameters);
      const isListed = this.#isTrading(optional(parameters, 'symbolStatus'));
      const [first] = symbols;
      if (parameters['symbol'] !== undefined && first !== undefined) return view(first.symbol);
      return isListed ? symbols.map(({ symbol }) => view(symbol)) : [];
    });
  }

  /** The symbols that `symbol` or `symbols` name, or all. */
  #symbols(parameters: Parameters): readonly Instrument[] {
    const many = readTexts(parameters, 'symbols');
    if (many === undefined) {
      return optional(parameters, 'symbol') === undefined
        ? [...this.#instruments.values()]
        : [readInstrument(parameters, this.#instruments)];
    }
    if (parameters['symbol'] !== undefined) fail(refusals.badCombination());
    if (new Set(many).size < many.length) fail(refusals.duplicateSymbols());
    return many.map((symbol) => this.#instruments.get(symbol) ?? fail(refusals.invalidSymbol()));
  }

  /** One permission, or a JSON list of them. */
  #permissions(parameters: Parameters): readonly string[] | undefined {
    const text = optional(parameters, 'permissions');
    return text?.startsWith('[') === true ? readTexts(parameters, 'permissions') : text?.split(',');
  }

  /** Every symbol here is trading. */
  #isTrading(status: string | undefined): boolean {
    if (status === undefined) return true;
    const known = ['TRADING', 'HALT', 'BREAK'] as const;
    return choice(status, known, refusals.invalidSymbolStatus()) === 'TRADING';
  }
}

/** The parameters of a page: the exchange answers at most a day. */
function within(parameters: Parameters): Parameters {
  const start = readWhole(parameters, 'startTime');
  const end = readWhole(parameters, 'endTime');
  if (start !== undefined && end !== undefined && end - start > DAY_MS) fail(refusals.tooLongPeriod());
  return parameters;
}
