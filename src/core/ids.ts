/**
 * Names of things. Each is a string or number of its own type, so that one cannot be passed for another.
 *
 * A signal's key is a digest of (account, signal id) that the intake derives. From it follow the intent of each
 * leg and the client order ids of its attempts: the same signal can only ever produce the same ids.
 */

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

export type AccountId = Branded<string, 'AccountId'>;
export type StrategyId = Branded<string, 'StrategyId'>;
export type Symbol = Branded<string, 'Symbol'>;
/** The publisher's name for a signal, unique within the account. */
export type SignalId = Branded<string, 'SignalId'>;
/** 20 characters of [a-z2-7]: the first 100 bits of SHA-256 over account and signal id. */
export type SignalKey = Branded<string, 'SignalKey'>;
/** Account, signal, leg and side: one thing that the engine wants done at the exchange. */
export type IntentId = Branded<string, 'IntentId'>;
/** An intent and the number of its attempt, which is never used twice for an intent: at most 36 characters of the alphabet that Binance accepts. */
export type ClientOrderId = Branded<string, 'ClientOrderId'>;
/** (account, strategy, symbol, side) as one string. */
export type PositionKey = Branded<string, 'PositionKey'>;
/** The number of a fact in its account's journal; the first is 1. */
export type Seq = Branded<number, 'Seq'>;
/** Microseconds since 1970-01-01T00:00:00Z. */
export type Micros = Branded<number, 'Micros'>;
/** 32 lower-case hex digits, as in W3C Trace Context. */
export type TraceId = Branded<string, 'TraceId'>;

export type PositionSide = 'LONG' | 'SHORT';
export type OrderSide = 'BUY' | 'SELL';

/**
 * What an order is for: to open or add to a position, to guard it from below (stop) or to take its profit, to
 * close it because a strategy asked, or to flatten it because it cannot stay protected.
 */
export type Leg = 'entry' | 'stop' | 'take_profit' | 'close' | 'flatten';

const legLetters: Record<Leg, string> = { entry: 'e', stop: 's', take_profit: 't', close: 'c', flatten: 'f' };
const sideLetters: Record<PositionSide, string> = { LONG: 'l', SHORT: 's' };
const CLIENT_ORDER_ID = /^te-([a-z2-7]{20})-[estcf][ls][1-9]\d{0,9}$/;

export const intentIdOf = (signal: SignalKey, leg: Leg, side: PositionSide): IntentId =>
  `te-${signal}-${legLetters[leg]}${sideLetters[side]}` as IntentId;

export const clientOrderIdOf = (intent: IntentId, attempt: number): ClientOrderId =>
  `${intent}${attempt}` as ClientOrderId;

/** The signal behind an id that this engine made, or undefined for anyone else's. */
export const signalKeyOf = (clientOrderId: string): SignalKey | undefined =>
  CLIENT_ORDER_ID.exec(clientOrderId)?.[1] as SignalKey | undefined;

export interface PositionName {
  readonly account: AccountId;
  readonly strategy: StrategyId;
  readonly symbol: Symbol;
  readonly side: PositionSide;
}

export const positionKeyOf = (name: PositionName): PositionKey =>
  `${name.account}/${name.strategy}/${name.symbol}/${name.side}` as PositionKey;

/** The order side that increases, and the one that reduces, a position of this side. */
export const increasing = (side: PositionSide): OrderSide => (side === 'LONG' ? 'BUY' : 'SELL');
export const reducing = (side: PositionSide): OrderSide => (side === 'LONG' ? 'SELL' : 'BUY');

export const MICROS_PER_MS = 1000;
const MICROS_PER_DAY = 24 * 60 * 60 * 1000 * MICROS_PER_MS;
/** Days since 1970-01-01, UTC. */
export const dayOf = (at: Micros): number => Math.floor(at / MICROS_PER_DAY);
export const addMs = (at: Micros, ms: number): Micros => (at + ms * MICROS_PER_MS) as Micros;
