/**
 * Trading rules as people write them: in a file, or over the API. Strict, with the names of the wire. What is absent stays
 * as it is; null takes away a bound that need not be. The list of overrides is given as a whole.
 */

import { z } from 'zod';
import { rate } from '#core/money.ts';
import type { AccountLimits, EntryRules, Override, TradingSettings } from '#core/settings.ts';

import type { Bounds } from './decimal.ts';
import { isNumberLiteral } from './json.ts';
import type { SignalProblem, SignalProblemCode } from './problems.ts';
import { amount, custom, decimal } from './schema.ts';

const OVERRIDES_MAX = 200;
const NAME_SHOWN_LENGTH_MAX = 64;

const upTo = (max: string): Bounds => ({ min: '0', aboveMin: true, max });
const share: Bounds = { min: '0', max: '1' };
const distance: Bounds = { min: '0', aboveMin: true, max: '1', belowMax: true };
/** Positions may be worth a multiple of the equity: that is what leverage is. */
const levered = upTo('125');

function whole(min: number, max: number, description: string) {
  const read = (value: unknown): number | SignalProblem => {
    const number = isNumberLiteral(value) && /^\d{1,15}$/.test(value.rawJSON) ? Number(value.rawJSON) : -1;
    const message = `must be a whole number from ${min} to ${max}`;
    return number >= min && number <= max ? number : { code: 'out_of_range', message };
  };
  return custom(read, { type: 'integer', minimum: min, maximum: max, description });
}

type Fields<T> = { readonly [K in keyof Required<T>]: z.ZodType };

const entryFields = {
  confidenceMin: decimal(share, 'Signals that are less sure are refused.'),
  sizing: z
    .enum(['fixed', 'equity', 'confidence', 'risk'])
    .describe(
      'What a signal that names no size gets: order_notional; a share of the equity; that share times the confidence; or what loses a share of the equity when the stop is hit.',
    ),
  orderNotional: decimal(amount, 'The size by `fixed`, in the quote asset.'),
  orderEquityRate: decimal(levered, 'The size by `equity` and `confidence`, as a rate of the equity.'),
  orderRiskRate: decimal(distance, 'What a stop may lose by `risk`, as a rate of the equity.'),
  weight: decimal(upTo('100'), 'A factor on every size that the engine chooses.'),
  orderNotionalMax: decimal(
    amount,
    'In the quote asset: sizes that the engine chooses are cut to it, sizes that a signal names are refused over it.',
  ),
  stopLossRate: decimal(distance, 'The distance of the stop from the entry where the signal names none.'),
  stopLossRateMax: decimal(distance, 'A stop that is further away is drawn in to this distance.'),
  breakEvenRate: decimal(distance, 'Once a position has won this much, its stop moves to the entry price.'),
  trailingRate: decimal(distance, 'The stop follows the market at this distance, never back.'),
  positionEquityRateMax: decimal(
    levered,
    'The value of one position, with all that may still be added, as a rate of the equity.',
  ),
  entriesPerPositionMax: whole(1, 1_000_000, 'How many entries one position may consist of.'),
  priceCollarRate: decimal(upTo('1'), 'How far a limit price may be from the mark price.'),
  spreadRateMax: decimal(upTo('1'), 'Ask minus bid, as a rate of the mark price.'),
} as const satisfies Fields<EntryRules>;

const limitFields = {
  exposureEquityRateMax: decimal(
    levered,
    'All positions, with all that may still be added, as a rate of the equity.',
  ),
  dailyLossEquityRateMax: decimal(upTo('1'), 'What the day, UTC, may lose, as a rate of the equity.'),
  drawdownRateMax: decimal(
    upTo('1'),
    'The equity below its peak, as a rate of the peak: beyond it trading is halted.',
  ),
  lossesInARowMax: whole(1, 1_000_000, 'Positions closed at a loss one after the other.'),
  positionsMax: whole(0, 1_000_000, 'Open positions.'),
  ordersMax: whole(0, 1_000_000, 'Live orders of all kinds.'),
  entriesPerMinuteMax: whole(0, 1_000_000, 'Entries within a minute.'),
  equityAgeMsMax: whole(1_000, 3_600_000, 'How old the knowledge of the equity may be.'),
  marginRefusalsPerMinuteMax: whole(
    0,
    1_000_000,
    'Entries that the exchange refuses for want of margin within a minute: beyond it trading is reducing.',
  ),
  heartbeatMsMax: whole(
    1_000,
    86_400_000,
    'Silence of the heartbeat: after it trading is reducing. Each `POST /v1/heartbeat` is one.',
  ),
} as const satisfies Fields<AccountLimits>;

/** What a running engine cannot change, for its orders and its journal are of it. */
const fixedFields = {
  mode: z.string().describe('Set by `TRADING_MODE`. Fixed while the engine runs.'),
  positionMode: z.string().describe('Set by `TRADEENGINE_POSITION_MODE`. Fixed while the engine runs.'),
  symbols: z.array(z.string()).describe('Set by `TRADEENGINE_SYMBOLS`. Fixed while the engine runs.'),
} as const;

const accountFields = {
  ...fixedFields,
  signalAgeMsMax: whole(100, 86_400_000, 'Signals that are older are refused.'),
  clockSkewMsMax: whole(0, 3_600_000, "Signals that lie further ahead of the engine's clock are refused."),
  quoteAgeMsMax: whole(100, 600_000, 'Market data that is older is not decided by.'),
  unprotectedMsMax: whole(1_000, 600_000, 'A position without a stop for this long is closed.'),
  foreignPositions: z
    .enum(['report', 'protect', 'flatten'])
    .describe('What becomes of positions that the exchange holds beyond the journal.'),
} as const satisfies Fields<Omit<TradingSettings, keyof EntryRules | 'limits' | 'overrides'>>;

/** They need not be there. */
const bounds: ReadonlySet<string> = new Set<keyof EntryRules | keyof AccountLimits>([
  'orderNotionalMax',
  'breakEvenRate',
  'trailingRate',
  'entriesPerPositionMax',
  'lossesInARowMax',
  'heartbeatMsMax',
]);

/** confidenceMin is confidence_min on every wire. */
export const settingName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const ownName = (name: string): string => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

const wireShape = (fields: Readonly<Record<string, z.ZodType>>, nullable: boolean) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      settingName(name),
      nullable && bounds.has(name) ? field.nullish() : field.optional(),
    ]),
  );

const override = z
  .strictObject({
    symbol: z.string().optional().describe('Only entries in this symbol.'),
    strategy_id: z.string().optional().describe('Only entries of this strategy.'),
    side: z.enum(['LONG', 'SHORT']).optional().describe('Only entries on this side.'),
    rules: z.strictObject(wireShape(entryFields, false)).describe('The rules that differ.'),
  })
  .describe('Rules for the entries that match all that it names; the more specific ones win.');

export const settingsPatch = z
  .strictObject({
    ...wireShape(accountFields, true),
    ...wireShape(entryFields, true),
    limits: z.strictObject(wireShape(limitFields, true)).optional().describe('Of the account as a whole.'),
    overrides: z.array(override).max(OVERRIDES_MAX).optional().describe('Replaces all that were there.'),
  })
  .describe('Trading rules: what is absent stays as it is, null takes a bound away.');

/** Every rule with its name on the wire, for the documentation. */
export const settingFields = {
  account: accountFields,
  entry: entryFields,
  limits: limitFields,
} as const;

export type SettingsReading =
  | { readonly ok: true; readonly settings: TradingSettings }
  | { readonly ok: false; readonly problem: SignalProblem };

/** @param json as parseJson reads it */
export function readSettings(json: unknown, base: TradingSettings): SettingsReading {
  const parsed = settingsPatch.safeParse(json);
  if (!parsed.success) return { ok: false, problem: problemOf(parsed.error.issues[0], json) };
  const { limits = {}, overrides, ...rules } = parsed.data;
  const settings = {
    ...merged(base, rules),
    limits: merged(base.limits, limits),
    overrides: overrides?.map(overrideOf) ?? base.overrides,
  } as TradingSettings;
  const problem = fixedIn(settings, base) ?? conflictIn(settings);
  return problem === undefined ? { ok: true, settings } : { ok: false, problem };
}

function merged(base: object, patch: object): object {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[ownName(name)];
    else if (value !== undefined) result[ownName(name)] = value;
  }
  return result;
}

const overrideOf = ({ rules, ...scope }: z.infer<typeof override>): Override =>
  ({ ...merged({}, scope), rules: merged({}, rules) }) as Override;

function fixedIn(settings: TradingSettings, base: TradingSettings): SignalProblem | undefined {
  const names = Object.keys(fixedFields) as (keyof typeof fixedFields)[];
  const changed = names.find((name) => JSON.stringify(settings[name]) !== JSON.stringify(base[name]));
  if (changed === undefined) return undefined;
  const message = `${settingName(changed)} cannot be changed here: it comes from the environment when the engine starts.`;
  return { code: 'conflicting_fields', message };
}

function conflictIn(settings: TradingSettings): SignalProblem | undefined {
  const refused = (message: string): SignalProblem => ({ code: 'conflicting_fields', message });
  const scopes = settings.overrides.map(scopeText);
  const twice = scopes.find((scope, index) => scopes.indexOf(scope) !== index);
  if (twice !== undefined) return refused(`overrides has two of the scope ${twice}.`);
  for (const { rules, ...scope } of settings.overrides) {
    if (Object.keys(scope).length === 0)
      return refused('An override names a symbol, a strategy_id or a side.');
    if (scope.symbol !== undefined && !settings.symbols.includes(scope.symbol)) {
      return refused(`An override is of ${JSON.stringify(scope.symbol)}, which is not one of the symbols.`);
    }
    if (isTooFar({ ...settings, ...rules })) {
      return refused('In an override stop_loss_rate is over stop_loss_rate_max.');
    }
  }
  return isTooFar(settings) ? refused('stop_loss_rate is over stop_loss_rate_max.') : undefined;
}

const isTooFar = ({ stopLossRate, stopLossRateMax }: EntryRules): boolean =>
  rate(stopLossRate) > rate(stopLossRateMax);

/** Whom an override is for, in words. */
export const scopeText = ({ symbol, strategyId, side }: Omit<Override, 'rules'>): string =>
  [symbol, strategyId, side].filter((part) => part !== undefined).join(' ');

function problemOf(issue: z.core.$ZodIssue | undefined, json: unknown): SignalProblem {
  if (issue === undefined) throw new Error('zod refused settings without an issue');
  const field = issue.path.length === 0 ? 'The settings' : issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const name = JSON.stringify((issue.keys[0] ?? '').slice(0, NAME_SHOWN_LENGTH_MAX));
    const where = issue.path.length === 0 ? '' : ` in ${field}`;
    return { code: 'unknown_field', message: `${name}${where} is not a trading rule.` };
  }
  const code =
    issue.code === 'custom' ? (issue.params?.['problem'] as SignalProblemCode) : codeOf(issue, json);
  return {
    code,
    message: issue.code === 'custom' ? `${field} ${issue.message}.` : `${field}: ${issue.message}.`,
  };
}

function codeOf(issue: z.core.$ZodIssue, json: unknown): SignalProblemCode {
  if (issue.code === 'too_big') return 'too_long';
  const value = issue.path.reduce<unknown>(
    (inner, name) => (inner as Record<PropertyKey, unknown> | undefined)?.[name],
    json,
  );
  return issue.code === 'invalid_value' && typeof value === 'string' ? 'unknown_value' : 'wrong_type';
}
