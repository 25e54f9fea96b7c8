/** What requests about orders do: places, tests, cancels, replaces and amends, each with the answer that it gets. */
import type { Quantity } from '#core/money.ts';
import { newest } from '../matching/archive.ts';
import type { Refusal, Result } from '../matching/result.ts';
import { isRefusal } from '../matching/result.ts';
import { orderCommissionView } from './account-view.ts';
import { averageOf } from './average-price.ts';
import { assetOf, brokenRule, isAffordable, isDuplicate, refusedByMarket, sized } from './checks.ts';
import { brokenFilter } from './filters.ts';
import { findList, findOrder } from './find.ts';
import type { ListDesk } from './list-desk.ts';
import type { ListKind } from './list-request.ts';
import { readList } from './list-request.ts';
import type { Order, OrderList } from './order.ts';
import { isOpen, rivalsOf } from './order.ts';
import type { OrderDesk } from './order-desk.ts';
import type { OrderRequest } from './order-request.ts';
import { readInstrument, readOrder } from './order-request.ts';
import { amendedView, canceledView, listReport, placedView } from './order-view.ts';
import type { Parameters } from './reading.ts';
import {
  choice,
  collect,
  fail,
  optional,
  readClientId,
  readFlag,
  readQuantity,
  required,
} from './reading.ts';
import * as refusals from './refusals.ts';
import type { Reporter } from './reporter.ts';
import type { SpotState } from './state.ts';
import { listingOf } from './state.ts';
import type { Instrument } from './symbols.ts';

export type Answer = Result<{ readonly body: unknown }>;

const given = (body: unknown): Answer => ({ ok: true, body });

export class OrderCalls {
  readonly #state: SpotState;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #report: Reporter;
  readonly #desk: OrderDesk;
  readonly #lists: ListDesk;

  constructor(
    state: SpotState,
    instruments: ReadonlyMap<string, Instrument>,
    report: Reporter,
    desk: OrderDesk,
    lists: ListDesk,
  ) {
    this.#state = state;
    this.#instruments = instruments;
    this.#report = report;
    this.#desk = desk;
    this.#lists = lists;
  }

  place(parameters: Parameters): Answer {
    const read = readOrder(parameters, this.#instruments);
    const firstTradeId = this.#state.nextTradeId;
    const order = isRefusal(read) ? read : this.#submit(read.request);
    if (isRefusal(order)) return this.#refused(order, parameters, 'newClientOrderId');
    return given(
      placedView(order, isRefusal(read) ? 'ACK' : read.responseType, this.#tradesFrom(firstTradeId)),
    );
  }

  /** Everything but the matching engine. */
  test(parameters: Parameters): Answer {
    const read = readOrder(parameters, this.#instruments);
    const withRates = collect(() => ({ isAsked: readFlag(parameters, 'computeCommissionRates') === true }));
    if (isRefusal(read)) return read;
    if (isRefusal(withRates)) return withRates;
    const request = sized(read.request, listingOf(this.#state, read.request.instrument.symbol));
    const refusal = isRefusal(request) ? request : brokenRule(this.#state, [request], false);
    if (refusal !== undefined) return refusal;
    return given(withRates.isAsked ? orderCommissionView() : {});
  }

  placeList(kind: ListKind, parameters: Parameters): Answer {
    const firstTradeId = this.#state.nextTradeId;
    const request = readList(kind, parameters, this.#instruments);
    const placed = isRefusal(request) ? request : this.#lists.place(request);
    if (isRefusal(placed)) return this.#refused(placed, parameters, 'listClientOrderId');
    const responseType = isRefusal(request) ? 'ACK' : request.responseType;
    const trades = this.#tradesFrom(firstTradeId);
    const body = listReport(placed.list, (order) => placedView(order, responseType, trades));
    this.#lists.proceed(placed.list);
    return given(body);
  }

  cancel(parameters: Parameters): Answer {
    const order = this.#cancelable(parameters, 'orderId', 'origClientOrderId');
    const cancelId = collect(() => ({ id: readClientId(parameters, 'newClientOrderId') }));
    if (isRefusal(order)) return order;
    if (isRefusal(cancelId)) return cancelId;
    return given(this.#cancelWhole(order, cancelId.id ?? cancelIdOf(order)));
  }

  cancelAll(parameters: Parameters): Answer {
    const instrument = collect(() => readInstrument(parameters, this.#instruments));
    if (isRefusal(instrument)) return instrument;
    const open = [...listingOf(this.#state, instrument.symbol).open];
    if (open.length === 0) return refusals.unknownOrderToCancel();
    const alone = open.filter(({ list }) => list === undefined);
    const lists = new Set(open.flatMap(({ list }) => list ?? []));
    return given([
      ...alone.map((order) => this.#cancelWhole(order, cancelIdOf(order))),
      ...[...lists].map((list) => this.#cancelList(list, cancelListIdOf(list))),
    ]);
  }

  cancelList(parameters: Parameters): Answer {
    const instrument = collect(() => readInstrument(parameters, this.#instruments));
    if (isRefusal(instrument)) return instrument;
    const missing = refusals.unknownOrderToCancel();
    const list = findList(this.#state, parameters, 'listClientOrderId', missing);
    const cancelId = collect(() => ({ id: readClientId(parameters, 'newClientOrderId') }));
    if (isRefusal(list)) return list;
    if (isRefusal(cancelId)) return cancelId;
    if (list.isDone || list.symbol !== instrument.symbol) return missing;
    return given(this.#cancelList(list, cancelId.id ?? cancelListIdOf(list)));
  }

  /** Filters are judged before anything is canceled, and judge the account as it is then. */
  cancelReplace(parameters: Parameters): Answer {
    const mode = collect(() =>
      choice(
        required(parameters, 'cancelReplaceMode'),
        ['STOP_ON_FAILURE', 'ALLOW_FAILURE'] as const,
        refusals.invalidParameter('cancelReplaceMode'),
      ),
    );
    const read = readOrder(parameters, this.#instruments);
    const cancelId = collect(() => ({ id: readClientId(parameters, 'cancelNewClientOrderId') }));
    if (typeof mode !== 'string') return mode;
    if (isRefusal(read)) return read;
    if (isRefusal(cancelId)) return cancelId;
    const request = sized(read.request, listingOf(this.#state, read.request.instrument.symbol));
    const broken = isRefusal(request) ? request : brokenRule(this.#state, [request], false);
    if (broken !== undefined) return broken;

    const order = this.#cancelable(parameters, 'cancelOrderId', 'cancelOrigClientOrderId');
    if (isRefusal(order) && order.code !== refusals.unknownOrderToCancel().code) return order;
    const canceled = isRefusal(order)
      ? order
      : given(this.#cancelWhole(order, cancelId.id ?? cancelIdOf(order)));
    if (isRefusal(canceled) && mode === 'STOP_ON_FAILURE') {
      return { ...refusals.replaceFailed(), data: replaceData(canceled, undefined) };
    }
    const placed = this.place(parameters);
    const data = replaceData(canceled, placed);
    if (canceled.ok && placed.ok) return given(data);
    return canceled.ok || placed.ok
      ? { ...refusals.replacePartlyFailed(), data, status: 409 }
      : { ...refusals.replaceFailed(), data };
  }

  /** Both orders of a pair have one quantity, so that one cannot be amended without the other. */
  amend(parameters: Parameters): Answer {
    const order = findOrder(this.#state, parameters, refusals.amendUnknown());
    if (isRefusal(order)) return order;
    const read = collect(() => ({
      quantity: readQuantity(parameters, 'newQty'),
      clientId: readClientId(parameters, 'newClientOrderId'),
    }));
    if (isRefusal(read)) return read;
    const refusal = this.#unamendable(order, read.quantity, read.clientId);
    if (refusal !== undefined) return refusal;
    const previousId = order.clientOrderId;
    for (const rival of rivalsOf(order)) {
      if (isOpen(rival)) this.#desk.amend(rival, read.quantity, rival.clientOrderId);
    }
    const newId = read.clientId ?? `${order.orderId}-${order.amendments + 1}`;
    const executionId = this.#desk.amend(order, read.quantity, newId);
    if (order.list !== undefined && newId !== previousId) this.#lists.renamed(order.list);
    return given(amendedView(order, previousId, executionId));
  }

  #submit(asked: OrderRequest): Order | Refusal {
    const listing = listingOf(this.#state, asked.instrument.symbol);
    const request = sized(asked, listing);
    if (isRefusal(request)) return request;
    const broken = brokenRule(this.#state, [request], false);
    if (broken !== undefined) return broken;
    if (isDuplicate(this.#state, [request])) return refusals.duplicateOrder();
    const refusal = refusedByMarket(request, listing);
    if (refusal !== undefined) return refusal;
    if (!isAffordable(this.#state, request, assetOf(request.side, request.instrument), listing)) {
      return refusals.insufficientBalance();
    }
    const order = this.#desk.admit(request, undefined, false);
    this.#desk.start([order]);
    return order;
  }

  #refused(refusal: Refusal, parameters: Parameters, idName: string): Refusal {
    this.#report.record({
      kind: 'order_refused',
      symbol: parameters['symbol'] ?? '',
      clientOrderId: parameters[idName] ?? '',
      code: refusal.code,
      msg: refusal.msg,
    });
    return refusal;
  }

  /** The open order that is to be canceled, if its state is one in which the request wants it. */
  #cancelable(parameters: Parameters, idName: string, clientIdName: string): Order | Refusal {
    const order = findOrder(this.#state, parameters, refusals.unknownOrderToCancel(), idName, clientIdName);
    return isRefusal(order)
      ? order
      : collect(() => {
          if (!isOpen(order)) fail(refusals.unknownOrderToCancel());
          const text = optional(parameters, 'cancelRestrictions');
          if (text === undefined) return order;
          const restriction = choice(
            text,
            ['ONLY_NEW', 'ONLY_PARTIALLY_FILLED'] as const,
            refusals.invalidCancelRestrictions(),
          );
          const wanted = restriction === 'ONLY_NEW' ? 'NEW' : 'PARTIALLY_FILLED';
          return order.status === wanted ? order : refusals.restrictedCancel();
        });
  }

  /** An order of a list takes the whole list with it. */
  #cancelWhole(order: Order, cancelId: string): object {
    if (order.list !== undefined) return this.#cancelList(order.list, cancelId);
    this.#desk.cancel(order, cancelId);
    return canceledView(order, cancelId);
  }

  #cancelList(list: OrderList, cancelId: string): object {
    this.#lists.cancel(list, cancelId);
    return listReport(list, (order) => canceledView(order, cancelId));
  }

  #unamendable(order: Order, quantity: Quantity, clientId: string | undefined): Refusal | undefined {
    const instrument = this.#instruments.get(order.symbol);
    if (instrument === undefined || !isOpen(order)) return refusals.amendUnknown();
    if (quantity > order.quantity) return refusals.amendToMore();
    if (quantity === order.quantity) return refusals.amendToSame();
    if (quantity <= order.executed + order.prevented) return refusals.filterFailure('LOT_SIZE');
    const { market, average } = listingOf(this.#state, order.symbol);
    const broken = brokenFilter({ ...order, quantity }, instrument, averageOf(average, market.last));
    if (broken !== undefined) return refusals.filterFailure(broken);
    if (order.amendments >= instrument.spec.maxOrderAmends) return refusals.amendedTooOften();
    const namesake = clientId === undefined ? undefined : this.#state.orders.byClientId.get(clientId);
    return namesake !== undefined && namesake !== order && isOpen(namesake)
      ? refusals.duplicateOrder()
      : undefined;
  }

  #tradesFrom(firstTradeId: number) {
    return newest(this.#state.trades, this.#state.nextTradeId - firstTradeId);
  }
}

const cancelIdOf = ({ orderId }: Order): string => `sim-cancel-${orderId}`;
const cancelListIdOf = ({ orderListId }: OrderList): string => `sim-cancel-list-${orderListId}`;

const told = (answer: Answer): unknown => (answer.ok ? answer.body : { code: answer.code, msg: answer.msg });

const replaceData = (canceled: Answer, placed: Answer | undefined) => ({
  cancelResult: canceled.ok ? 'SUCCESS' : 'FAILURE',
  newOrderResult: placed === undefined ? 'NOT_ATTEMPTED' : placed.ok ? 'SUCCESS' : 'FAILURE',
  cancelResponse: told(canceled),
  newOrderResponse: placed === undefined ? null : told(placed),
});
