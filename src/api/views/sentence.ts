/** A signal's story in plain words. */

import type { OrderFilled } from '#core/facts.ts';
import type { Leg, Micros, PositionKey, PositionSide } from '#core/ids.ts';
import { money, showMoney, subtractMoney } from '#core/money.ts';
import type { PositionClosed } from '#core/position-facts.ts';
import { refusals } from '#core/refusal.ts';
import { averagePrice, averageSlippageBps, filledQuantity, type OrderHistory } from './order.ts';
import type { SignalStory } from './story.ts';
import { cutDecimals, groupDigits, plural, showDuration } from './text.ts';

export interface Assets {
  readonly base: string;
  readonly quote: string;
}

const PROFIT_DECIMALS = 2;

export function sentenceOf(story: SignalStory, assets: Assets): string {
  const { received, decided } = story;
  const { action, symbol } = received.content;
  if (decided.type === 'signal.refused') {
    if (decided.reason === 'hold') return `${refusals.hold} No order was made.`;
    return `Refused to ${action} ${symbol}. ${refusals[decided.reason]} It was ${decided.value}, the limit is ${decided.limit}. No order was made.`;
  }
  return action === 'close' ? closeSentence(story, assets) : entrySentence(story, assets);
}

function entrySentence(story: SignalStory, assets: Assets): string {
  const { action, symbol } = story.received.content;
  const entries = story.orders.filter(({ planned }) => planned.leg === 'entry');
  const fills = entries.flatMap((order) => order.fills);
  const last = entries.at(-1);
  if (last === undefined) throw new Error(`signal ${story.received.signal} was accepted without an entry`);
  if (fills.length === 0) return pendingSentence(last, assets);
  const facts = fills.map(({ fact }) => fact);
  const verb = action === 'buy' ? 'Bought' : 'Sold';
  const bought = `${verb} ${groupDigits(filledQuantity(facts))} ${baseOf(symbol, assets)} in ${plural(fills.length, 'fill')} at ${groupDigits(averagePrice(facts) ?? '')}`;
  const after = `${since(story, fills.at(-1)?.at)} after the signal${slippagePart(facts)}`;
  const rest = last.status === 'open' ? ', the rest is working' : '';
  const added = story.addition === undefined ? '' : ', added to a position that was open';
  const guarded = guardedOf(story);
  const said = `${bought}, ${after}${rest}${added}${guarded === undefined ? '' : protectionPart(guarded, story.orders)}.`;
  const position = story.addition?.position ?? story.positions.at(-1);
  if (position?.closed !== undefined) {
    return `${said} ${closedPart(position.closed.fact, position.closed.at, closerOf(position.closed.fact, story), position.opened.side, assets)}`;
  }
  return position?.quantity === '0' ? `${said} The exchange does not hold it any more.` : said;
}

function slippagePart(fills: readonly OrderFilled[]): string {
  const bps = averageSlippageBps(fills);
  if (bps === undefined || /^-?0\.0*$/.test(bps)) return '';
  return bps.startsWith('-') ? `, ${bps.slice(1)} bps better than expected` : `, ${bps} bps slippage`;
}

/** What an entry of the signal left to be protected, and how that went. */
interface Guarded {
  readonly key: PositionKey;
  readonly stop: string | undefined;
  readonly target: string | undefined;
  readonly since: Micros;
  readonly protectedAt: Micros | undefined;
  /** It was protected, and is not any more. */
  readonly lost: boolean;
  readonly over: boolean;
}

function guardedOf({ addition, positions }: SignalStory): Guarded | undefined {
  const position = addition?.position ?? positions.at(-1);
  const over = position?.closed !== undefined;
  const lost = position?.protectedAt === undefined && !over && position?.quantity !== '0';
  if (addition !== undefined) {
    const { at, changed, protectedAt } = addition;
    const { stop, target } = changed.stop === undefined && position !== undefined ? position : changed;
    return { key: changed.position, stop, target, since: at, protectedAt, lost, over };
  }
  if (position === undefined) return undefined;
  const { key, stop, target, openedAt, firstProtectedAt } = position;
  return { key, stop, target, since: openedAt, protectedAt: firstProtectedAt, lost, over };
}

const baseOf = (symbol: string, { base }: Assets): string => (base === '' ? symbol : base);

const since = (story: SignalStory, at: Micros | undefined): string =>
  showDuration((at ?? story.decidedAt) - story.received.receivedAt);

function protectionPart(guarded: Guarded, orders: readonly OrderHistory[]): string {
  const { protectedAt, since: from, lost, over } = guarded;
  if (protectedAt === undefined) return over ? '; closed before its stop stood' : '; not protected yet';
  const stop = triggerOf('stop', guarded, orders) ?? guarded.stop;
  const at = triggerOf('take_profit', guarded, orders) ?? guarded.target;
  const where = stop === undefined ? '' : ` at ${groupDigits(stop)}`;
  const target =
    guarded.target === undefined || at === undefined ? '' : ` and a target at ${groupDigits(at)}`;
  return `; protected by a stop${where}${target} after ${showDuration(protectedAt - from)}${lost ? ', not at this moment' : ''}`;
}

/** Where the newest order of the leg stands: the level on the ticks of the symbol. */
const triggerOf = (leg: Leg, { key }: Guarded, orders: readonly OrderHistory[]): string | undefined =>
  orders.findLast(({ planned }) => planned.leg === leg && planned.position === key)?.planned.order
    .triggerPrice;

function pendingSentence({ planned, status, timeline }: OrderHistory, assets: Assets): string {
  const { order } = planned;
  const kind = order.type === 'LIMIT' ? 'limit order' : 'market order';
  const at = order.price === undefined ? '' : ` at ${groupDigits(order.price)}`;
  const name = `${kind} to ${order.side.toLowerCase()} ${groupDigits(order.quantity)} ${baseOf(order.symbol, assets)}${at}`;
  switch (status) {
    case 'planned':
      return `A ${name} is on its way to the exchange.`;
    case 'unknown':
      return `A ${name} was sent; whether the exchange has it is being found out.`;
    case 'open':
      return `A ${name} is working at the exchange; nothing has filled yet.`;
    case 'waiting':
    case 'retried':
      return `A ${name} did not reach the exchange's book; it will be tried again.`;
    case 'refused':
    case 'abandoned':
      return `A ${name} was not placed. ${timeline.at(-1)?.text ?? ''}`;
    default:
      return `A ${name} ended as ${status} without a fill.`;
  }
}

function closeSentence(story: SignalStory, assets: Assets): string {
  const parts = story.closed.map(({ at, fact }) =>
    closedPart(
      fact,
      at,
      closerOf(fact, story),
      sideOf(story, fact),
      assets,
      ` ${since(story, at)} after the signal`,
    ),
  );
  if (parts.length > 0) return parts.join(' ');
  const close = story.orders.find(({ planned }) => planned.leg === 'close');
  if (close === undefined) return 'Closing: the working orders of the strategy were asked to be cancelled.';
  if (close.fills.length === 0) return pendingSentence(close, assets);
  const facts = close.fills.map(({ fact }) => fact);
  return `Closed ${groupDigits(filledQuantity(facts))} ${baseOf(close.planned.order.symbol, assets)} at ${groupDigits(averagePrice(facts) ?? '')}; the rest is still open.`;
}

function sideOf(story: SignalStory, { position }: PositionClosed): PositionSide | undefined {
  return story.orders.find(({ planned }) => planned.position === position)?.planned.side;
}

const closers: Record<Leg, string> = {
  entry: 'an entry',
  stop: 'its stop',
  take_profit: 'its target',
  close: 'a close signal',
  flatten: 'the engine, because it could not stay protected',
};

/** Who closed it. */
function closerOf({ by, position }: PositionClosed, { orders }: SignalStory): string {
  const commanded = orders.some(
    ({ planned }) => planned.position === position && planned.leg === by && planned.why === 'operator',
  );
  return commanded ? 'an operator' : closers[by];
}

function closedPart(
  { realised, fees, openedAt }: PositionClosed,
  at: Micros,
  closer: string,
  side: PositionSide | undefined,
  { quote }: Assets,
  after = '',
): string {
  const held = showDuration(at - openedAt);
  const net = showMoney(subtractMoney(money(realised), money(fees)));
  const result = net.startsWith('-') ? `a loss of ${shown(net.slice(1))}` : `a profit of ${shown(net)}`;
  const what = side === undefined ? 'Closed' : `The ${side} was closed`;
  return `${what} by ${closer}${after === '' ? ` after ${held}` : `${after}, held for ${held}`}: ${result} ${quote} after ${shown(fees)} of fees.`;
}

const shown = (amount: string): string => groupDigits(cutDecimals(amount, PROFIT_DECIMALS));
