/**
 * A signal as publishers send it. Strict: what is not in the schema is refused, because a field that is ignored may be
 * one that the publisher counts on. Fields that describe a signal without changing what it asks for are kept as text.
 */

import { z } from 'zod';
import type { SignalId, StrategyId, Symbol } from '#core/ids.ts';
import type { DecimalText } from '#core/money.ts';
import { redactMember, redactText } from '#core/secret.ts';
import type { ContentField, Signal } from '#core/signal.ts';
import { type Bounds, readDecimal, showBounds } from './decimal.ts';
import { derivedSignalId } from './identity.ts';
import { isNumberLiteral } from './json.ts';
import type { SignalProblem, SignalProblemCode } from './problems.ts';
import { readTimestampMs } from './timestamp.ts';

const KEPT_TEXT_LENGTH_MAX = 1024;
const KEPT_JSON_LENGTH_MAX = 8192;
const NAME_SHOWN_LENGTH_MAX = 64;

export const amount: Bounds = { min: '0', aboveMin: true, max: '1000000000000' };
/** Distances from the entry: a stop or target that is the whole price away is none. */
const percentage: Bounds = { min: '0', aboveMin: true, max: '100', belowMax: true };
const share100: Bounds = { min: '0', aboveMin: true, max: '100' };
const share: Bounds = { min: '0', max: '1' };

/** A value that zod cannot describe: read by hand, and described for the documentation. */
export function custom<T>(read: (value: unknown) => T | SignalProblem, description: object) {
  return z
    .unknown()
    .transform((value, context): T => {
      const result = value === undefined ? missing : read(value);
      if (!isProblem(result)) return result;
      context.addIssue({ code: 'custom', message: result.message, params: { problem: result.code } });
      return z.NEVER;
    })
    .meta({ ...description });
}

const missing: SignalProblem = { code: 'missing_field', message: 'is missing' };

const isProblem = (value: unknown): value is SignalProblem =>
  typeof value === 'object' && value !== null && 'code' in value && 'message' in value;

export function decimal(bounds: Bounds, description: string, movePoint = 0) {
  const read = (value: unknown): DecimalText | SignalProblem => {
    const reading = readDecimal(value, bounds, movePoint);
    return reading.ok ? reading.text : reading;
  };
  return custom(read, {
    type: ['number', 'string'],
    description: `${description} A number or a decimal string, ${showBounds(bounds)}.`,
  });
}

/** Kept with the signal, never interpreted: texts as they are, everything else as JSON; what looks like a secret is taken out. */
function kept(description: string, lengthMax = KEPT_TEXT_LENGTH_MAX) {
  const read = (value: unknown): string | SignalProblem => {
    const text = typeof value === 'string' ? redactText(value) : asJson(value);
    if (text !== undefined && text.length <= lengthMax) return text;
    return { code: 'too_long', message: `must be at most ${lengthMax} characters long` };
  };
  return custom(read, { description: `${description} Kept with the signal, not interpreted.` }).nullish();
}

function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, redactMember);
  } catch {
    // Nested deeper than the stack.
    return undefined;
  }
}

const text = (pattern: RegExp, form: string, description: string) =>
  z
    .string()
    .regex(pattern, { error: `must be ${form}` })
    .describe(`${description} ${form}.`);

const signalId = text(
  /^[\x21-\x7e]{1,128}$/,
  '1 to 128 visible ASCII characters',
  "The publisher's name for the signal: the same id is the same signal for ever.",
).nullish();

const keptFields = {
  source: kept('Who published the signal.'),
  strategy: kept("The strategy's name for people."),
  strategy_mode: kept('How the strategy decides.'),
  signal_type: kept('The kind of signal.'),
  strength: kept('How strong the strategy holds the signal to be.'),
  current_price: kept('The price that the strategy saw.'),
  timeframe: kept('The period that the strategy looks at.'),
  rationale: kept('Why the strategy made the signal.', KEPT_JSON_LENGTH_MAX),
  indicators: kept('The indicators behind the signal.', KEPT_JSON_LENGTH_MAX),
  target_price: kept('The price that the strategy expects.'),
  client_order_id: kept(
    "The strategy's own name for the order; the engine's order ids derive from the signal.",
  ),
  metadata: kept("Anything else of the publisher's.", KEPT_JSON_LENGTH_MAX),
} as const;

const signalSchema = z
  .strictObject({
    id: signalId,
    signal_id: signalId,
    strategy_id: text(
      /^[A-Za-z0-9_.:-]{1,64}$/,
      '1 to 64 of A-Z a-z 0-9 _ . : -',
      'The strategy that the signal belongs to.',
    ),
    symbol: text(/^[A-Z0-9_]{2,32}$/, '2 to 32 of A-Z 0-9 _', "The exchange's name for the market."),
    action: z
      .enum(['buy', 'sell', 'close', 'hold'])
      .describe(
        'buy and sell open or add to a position. close closes the whole position of the strategy in the symbol at the market.',
      ),
    confidence: decimal(share, 'How sure the strategy is.'),
    order_type: z.enum(['market', 'limit']).nullish().describe('How to enter; market by default.'),
    price: decimal(
      amount,
      'The limit price of a limit order. For a market order it is only kept as what the strategy saw.',
    ).nullish(),
    quantity: decimal(amount, 'In base units. Without it the engine sizes the order.').nullish(),
    quote_quantity: decimal(amount, 'Instead of quantity: the value in the quote asset.').nullish(),
    position_size_pct: decimal(
      share100,
      'Instead of quantity: the value in percent of the equity: 2 is two percent.',
      2,
    ).nullish(),
    stop_loss: decimal(amount, 'The trigger price of the stop.').nullish(),
    stop_loss_pct: decimal(
      percentage,
      'The distance of the stop from the entry in percent: 2 is two percent.',
      2,
    ).nullish(),
    take_profit: decimal(amount, 'The trigger price of the target.').nullish(),
    take_profit_pct: decimal(
      percentage,
      'The distance of the target from the entry in percent: 2 is two percent.',
      2,
    ).nullish(),
    timestamp: custom(readTimestampMs, {
      type: ['number', 'string'],
      description:
        'When the strategy made the signal: RFC 3339 (UTC where it names no offset) or the epoch in seconds or milliseconds. By default the time of receipt.',
    }).nullish(),
    ...keptFields,
  })
  .describe('A trading signal.');

/** What a model says of itself is kept under whatever name it has. A body is bounded, and so is their number. */
const MODEL_FIELD = /^(?:model|llm)_[a-z0-9_]{1,58}$/;
const modelFields = z.record(z.string(), kept('What a model says of itself.'));

/** As it is published. */
export const signalJsonSchema = {
  ...z.toJSONSchema(signalSchema, { io: 'input' }),
  patternProperties: {
    [MODEL_FIELD.source]: {
      description: 'What a model says of itself. Kept with the signal, not interpreted.',
    },
  },
  $id: 'https://github.com/petrosa/petrosa-tradeengine/schemas/signal/1',
};

type Wire = z.infer<typeof signalSchema>;
type ModelFields = z.infer<typeof modelFields>;

export type SignalReading =
  | { readonly ok: true; readonly signal: Signal }
  | { readonly ok: false; readonly problem: SignalProblem };

export function readSignal(body: unknown, receivedAtMs: number): SignalReading {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || isNumberLiteral(body)) {
    return refuse('wrong_type', 'The body must be a JSON object.');
  }
  const { model, fields } = apart(body as Record<string, unknown>);
  const parsed = signalSchema.safeParse(fields);
  const told = modelFields.safeParse(model);
  if (!parsed.success || !told.success) {
    const [issue] = parsed.error?.issues ?? told.error?.issues ?? [];
    if (issue === undefined) throw new Error('zod refused a signal without an issue');
    return { ok: false, problem: problemOf(issue, body as Record<string, unknown>) };
  }
  const conflict = conflictIn(parsed.data);
  return conflict === undefined
    ? { ok: true, signal: toSignal(parsed.data, told.data, receivedAtMs) }
    : { ok: false, problem: conflict };
}

/** The fields that a model names itself, and all others. */
function apart(body: Record<string, unknown>): Record<'model' | 'fields', Record<string, unknown>> {
  const isModel = ([name]: [string, unknown]): boolean => MODEL_FIELD.test(name);
  const all = Object.entries(body);
  return {
    model: Object.fromEntries(all.filter(isModel)),
    fields: Object.fromEntries(all.filter((field) => !isModel(field))),
  };
}

const refuse = (code: SignalProblemCode, message: string): SignalReading => ({
  ok: false,
  problem: { code, message },
});

function problemOf(issue: z.core.$ZodIssue, body: Record<string, unknown>): SignalProblem {
  if (issue.code === 'unrecognized_keys') {
    const name = JSON.stringify((issue.keys[0] ?? '').slice(0, NAME_SHOWN_LENGTH_MAX));
    return { code: 'unknown_field', message: `${name} is not a field of a signal.` };
  }
  const field = String(issue.path[0]);
  const value = body[field];
  if (value === undefined) return { code: 'missing_field', message: `${field} is missing.` };
  switch (issue.code) {
    case 'custom':
      return { code: issue.params?.['problem'] as SignalProblemCode, message: `${field} ${issue.message}.` };
    case 'invalid_format':
      return { code: 'wrong_format', message: `${field} ${issue.message}.` };
    case 'invalid_value':
      return typeof value === 'string'
        ? { code: 'unknown_value', message: `${field} must be one of ${issue.values.join(', ')}.` }
        : { code: 'wrong_type', message: `${field} must be a string.` };
    case 'invalid_type':
      return { code: 'wrong_type', message: `${field} must be a ${issue.expected}.` };
    default:
      throw new Error(`an issue of the signal schema that has no code: ${issue.code}`);
  }
}

function conflictIn(wire: Wire): SignalProblem | undefined {
  const both = (a: keyof Wire, b: keyof Wire): boolean => isPresent(wire[a]) && isPresent(wire[b]);
  const sizes = (['quantity', 'quote_quantity', 'position_size_pct'] as const).filter((name) =>
    isPresent(wire[name]),
  );
  if (sizes.length > 1) {
    return { code: 'conflicting_fields', message: `Only one of ${sizes.join(' and ')} may be given.` };
  }
  if (both('stop_loss', 'stop_loss_pct')) {
    return { code: 'conflicting_fields', message: 'Only one of stop_loss and stop_loss_pct may be given.' };
  }
  if (both('take_profit', 'take_profit_pct')) {
    return {
      code: 'conflicting_fields',
      message: 'Only one of take_profit and take_profit_pct may be given.',
    };
  }
  if (both('id', 'signal_id') && wire.id !== wire.signal_id) {
    return { code: 'conflicting_fields', message: 'id and signal_id name different signals.' };
  }
  if (wire.order_type !== 'limit') return undefined;
  if (wire.action === 'close') {
    return {
      code: 'conflicting_fields',
      message: 'A close is carried out at the market: order_type may not be limit.',
    };
  }
  return isPresent(wire.price)
    ? undefined
    : { code: 'missing_field', message: 'price is missing: a limit order needs it.' };
}

const isPresent = <T>(value: T): value is NonNullable<T> => value !== undefined && value !== null;

function toSignal(wire: Wire, model: ModelFields, receivedAtMs: number): Signal {
  const orderType = wire.order_type ?? 'market';
  const metadata = metadataOf(wire, model, orderType);
  const signal = {
    strategyId: wire.strategy_id as StrategyId,
    symbol: wire.symbol as Symbol,
    action: wire.action,
    confidence: wire.confidence,
    orderType,
    ...(orderType === 'limit' ? optional('price', wire.price) : {}),
    ...optional('quantity', wire.quantity),
    ...optional('quoteQuantity', wire.quote_quantity),
    ...optional('equityRate', wire.position_size_pct),
    ...optional('stopLoss', wire.stop_loss),
    ...optional('stopLossRate', wire.stop_loss_pct),
    ...optional('takeProfit', wire.take_profit),
    ...optional('takeProfitRate', wire.take_profit_pct),
    timestampMs: wire.timestamp ?? receivedAtMs,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
  const id = (wire.id ?? wire.signal_id ?? derivedSignalId(signal)) as SignalId;
  return { id, ...signal };
}

/** What publishers call the content of a signal. */
export const wireFields: Readonly<Record<ContentField, keyof Wire>> = {
  strategyId: 'strategy_id',
  symbol: 'symbol',
  action: 'action',
  confidence: 'confidence',
  orderType: 'order_type',
  price: 'price',
  quantity: 'quantity',
  quoteQuantity: 'quote_quantity',
  equityRate: 'position_size_pct',
  stopLoss: 'stop_loss',
  stopLossRate: 'stop_loss_pct',
  takeProfit: 'take_profit',
  takeProfitRate: 'take_profit_pct',
  timestampMs: 'timestamp',
};

const optional = <K extends string, T>(
  name: K,
  value: T | null | undefined,
): { readonly [P in K]?: NonNullable<T> } =>
  (isPresent(value) ? { [name]: value } : {}) as { readonly [P in K]?: NonNullable<T> };

function metadataOf(wire: Wire, model: ModelFields, orderType: Signal['orderType']): Record<string, string> {
  const metadata: Record<string, string> = {};
  const keep = (name: string, value: string | null | undefined): void => {
    if (isPresent(value)) metadata[name] = value;
  };
  for (const name of Object.keys(keptFields) as (keyof typeof keptFields)[]) keep(name, wire[name]);
  for (const [name, value] of Object.entries(model)) keep(name, value);
  if (orderType === 'market') keep('price', wire.price);
  return metadata;
}
