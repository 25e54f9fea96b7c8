/**
 * The behaviours of Binance USD-M futures that the adapter relies on, numbered. docs/exchange-cards.md is made of this
 * table, and test/contract has one test for each card.
 */

/** What a card says, and the page of the documentation that says so. */
export interface Card {
  readonly says: string;
  readonly source: string;
  /** It needs a market or faults that obey: Binance has neither to offer. */
  readonly simulatedOnly?: true;
}

const docs = 'https://developers.binance.com/docs/derivatives/usds-margined-futures';
const trade = (page: string) => `${docs}/trade/rest-api/${page}`;
const userData = (page: string) => `${docs}/user-data-streams/${page}`;
const general = `${docs}/general-info`;
const errorCodes = `${docs}/error-code`;
const filters = `${docs}/common-definition#filters`;
const marketStreams = `${docs}/websocket-market-streams`;

const one = (says: string, source: string): Card => ({ says, source });
const simulated = <const Says extends string>(says: Says, source: string) =>
  ({ says, source, simulatedOnly: true }) as const;

export const usdmCards = {
  // Requests
  U1: one(
    'the time is told in milliseconds, without a key',
    `${docs}/market-data/rest-api/Check-Server-Time`,
  ),
  U2: one('an unknown path is a 404', general),
  U3: one('no key is -2014, an unknown one -2015', errorCodes),
  U4: one('a signature of another secret is -1022', general),
  U5: one('a signed request without a timestamp or a signature is -1102', general),
  U6: one('a timestamp older than recvWindow, or more than a second ahead, is -1021', general),
  U7: one('recvWindow is at most 60000 ms', general),
  U8: one('parameters may come in the query, in the body, or in both; the query wins', general),
  U9: one('each answer says the weight that was used, and an endpoint adds its documented weight', general),
  U10: one('an order is counted in both order counts, whatever became of it, and a query in none', general),
  U11: one(
    'exchangeInfo tells the limits, and the filters of each symbol',
    `${docs}/market-data/rest-api/Exchange-Information`,
  ),
  U12: one('prices, quantities and rates are text', general),
  U13: one('an unknown symbol is -1121', errorCodes),
  // Orders
  U14: one(
    'a MARKET order with RESULT answers its final state, without avgPrice and cumQuote',
    trade('New-Order'),
  ),
  U15: one(
    'without newOrderRespType an order is only acknowledged: NEW, nothing executed',
    trade('New-Order'),
  ),
  U16: one(
    'a LIMIT GTC order away from the market rests: NEW in the query and among the open orders',
    trade('New-Order'),
  ),
  U17: one('an IOC order that meets nothing is taken and ends as EXPIRED', trade('New-Order')),
  U18: one('a FOK order that cannot fill is refused with -5021 and leaves no trace', errorCodes),
  U19: one('a GTX order that would take is refused with -5022', errorCodes),
  U20: one('a GTD order needs an end more than 600 s away, which is kept to the second', trade('New-Order')),
  U21: one(
    'a client id is unique among open orders only: after its order has ended it buys again',
    trade('New-Order'),
  ),
  U22: one('a client id of an open order is refused with -4116', errorCodes),
  U23: one('a client id longer than 36 characters is refused with -4015', errorCodes),
  U24: one('an order is found by its client id, an unknown one is -2013', trade('Query-Order')),
  U25: one('a cancel answers CANCELED, of what is not open -2011', trade('Cancel-Order')),
  U26: one(
    'cancelling all orders ends the regular ones of one symbol and leaves the conditional ones',
    trade('Cancel-All-Open-Orders'),
  ),
  U27: one(
    'a batch is carried out in its order, and each element has its own answer or error',
    trade('Place-Multiple-Orders'),
  ),
  U28: one('a batch has at most five orders', trade('Place-Multiple-Orders')),
  U29: one('a batch of cancels has an answer or an error for each', trade('Cancel-Multiple-Orders')),
  U30: one('an order is amended in place, and the same values again are -5027', trade('Modify-Order')),
  U31: one('one-way: a reduce-only order without a position is -2022', trade('New-Order')),
  U32: one('one-way: a reduce-only order never turns a position', trade('New-Order')),
  U33: one('one-way: a position side of LONG or SHORT is -4061', errorCodes),
  U34: one('hedge: a position side of BOTH is -4061', errorCodes),
  U35: one('hedge: reduceOnly is refused, whatever it says', trade('New-Order')),
  U36: one('hedge: an order cannot close more than its side holds', errorCodes),
  U37: one('conditional types on the regular endpoint are -4120', errorCodes),
  U38: one(
    'the position mode cannot change with open orders (-4067) or a position (-4068), nor to what it is (-4059)',
    trade('Change-Position-Mode'),
  ),
  U39: one(
    'leverage is answered with the largest notional that it allows; beyond what there is it is -4028',
    trade('Change-Initial-Leverage'),
  ),
  U40: one(
    'the margin type cannot change to what it is (-4046), nor with a position (-4048)',
    trade('Change-Margin-Type'),
  ),
  U41: one('an order that the account cannot carry is -2019 or, beyond the leverage, -2027', errorCodes),
  U42: one('a test order is checked and not placed', trade('New-Order-Test')),
  // Filters
  U43: one('PRICE_FILTER: off the tick -4014, under the minimum -4013, over the maximum -4002', filters),
  U44: one('a price or quantity finer than the precision is -1111', errorCodes),
  U45: one('LOT_SIZE: nothing -4003, over the maximum -4005', filters),
  U46: one('MARKET_LOT_SIZE: a market order has a maximum of its own', filters),
  U47: one('PERCENT_PRICE: a buy over the cap is -4016, a sell under the floor -4024', filters),
  U48: one('MIN_NOTIONAL: less is -4164, unless the order is reduce-only', filters),
  U49: simulated('MAX_NUM_ORDERS: one order more than a symbol may have is -2025', filters),
  // Conditional orders
  U50: one(
    'a conditional order waits in a book of its own, with the documented fields',
    trade('New-Algo-Order'),
  ),
  U51: one('a conditional order whose trigger is reached already is -2021', errorCodes),
  U52: one(
    'closePosition takes no quantity (-4137) and no reduceOnly, and needs a position (-4509)',
    trade('New-Algo-Order'),
  ),
  U53: one(
    'a position may have one closing stop and one closing target: a second of either is -4130',
    errorCodes,
  ),
  U54: one(
    'cancelling a conditional order answers code 200; it is CANCELED, and cancelling again is -2011',
    trade('Cancel-Algo-Order'),
  ),
  U55: one('cancelling all conditional orders leaves the regular ones', trade('Cancel-All-Algo-Open-Orders')),
  U56: one('a client algo id is unique among waiting orders only', trade('New-Algo-Order')),
  U57: simulated(
    'a stop fires: TRIGGERING, TRIGGERED with the id of its order, FINISHED, and GET tells what it became',
    userData('Event-Algo-Order-Update'),
  ),
  U58: simulated(
    'the order of a fired stop carries its client algo id, and fills like any other',
    userData('Event-Order-Update'),
  ),
  U59: simulated(
    'a SELL stop fires at or under its trigger, a BUY stop at or over it; targets the other way',
    trade('New-Algo-Order'),
  ),
  U60: simulated('workingType says whether the mark price or the last price fires', trade('New-Algo-Order')),
  U61: simulated(
    'a trailing stop fires when the price comes back from its best by the callback rate',
    trade('New-Algo-Order'),
  ),
  U62: simulated(
    'a closing order ends as EXPIRED with the position it was for',
    userData('Event-Algo-Order-Update'),
  ),
  U63: simulated(
    'a fired order that is refused leaves its conditional order REJECTED, with the reason',
    userData('Event-Algo-Order-Update'),
  ),
  // Streams
  U64: one('a listen key stays the same when it is asked for again', userData('Start-User-Data-Stream')),
  U65: one(
    'a listen key can be kept alive, and after it was closed no more: -1125',
    userData('Keepalive-User-Data-Stream'),
  ),
  U66: one(
    'a fill is told as NEW and then TRADE, with the fields of the documentation',
    userData('Event-Order-Update'),
  ),
  U67: one(
    'a fill is told by ACCOUNT_UPDATE with the changed balance and position',
    userData('Event-Balance-and-Position-Update'),
  ),
  U68: one('a cancel is told as CANCELED', userData('Event-Order-Update')),
  U69: one(
    'a conditional order is told by ALGO_UPDATE with the fields of the documentation',
    userData('Event-Algo-Order-Update'),
  ),
  U70: one(
    'a change of leverage is told by ACCOUNT_CONFIG_UPDATE',
    userData('Event-Account-Configuration-Update-previous-Leverage-Update'),
  ),
  U71: simulated(
    'a listen key that ends is told as listenKeyExpired',
    userData('Event-User-Data-Stream-Expired'),
  ),
  U72: one('a plain stream brings events as they are, a combined one as {stream, data}', marketStreams),
  U73: one('SUBSCRIBE is answered with its id', marketStreams),
  U74: simulated('more than ten messages a second end a connection', marketStreams),
  // History
  U75: one('user trades come in pages, oldest first, from an id on', trade('Account-Trade-List')),
  U76: one(
    'user trades tell the fee, the realised profit, and whether they made or took',
    trade('Account-Trade-List'),
  ),
  U77: one('user trades by an interval of more than seven days are refused', trade('Account-Trade-List')),
  U78: one('all orders from an order id on start with it', trade('All-Orders')),
  // Trouble
  U79: simulated(
    'an order that was accepted may be unknown to queries for a while: -2013 is no proof',
    trade('Query-Order'),
  ),
  U80: simulated('a 503 with "Unknown error" leaves the outcome open: the order may be there', general),
  U81: simulated(
    'beyond the weight limit there is a 429 with Retry-After and -1003, and going on is a 418',
    general,
  ),
  U82: simulated('beyond the order limit there is a 429 with -1015, and queries still go', general),
} satisfies Readonly<Record<`U${number}`, Card>>;
