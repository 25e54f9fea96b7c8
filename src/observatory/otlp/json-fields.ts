/**
 * The field types of OTLP/JSON: 64-bit integers as text, ids in hex, absent and null as the default, and the recursive
 * AnyValue, bounded in depth.
 */
import { z } from 'zod';
import { ATTRIBUTE_DEPTH_MAX } from './protobuf.ts';
import { type Attributes, emptyAttributes, type JsonValue, jsonNumber } from './rows.ts';

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
export const hexId = text.transform((value) => value.toLowerCase());
export const enumNumber = z
  .int()
  .nullish()
  .transform((value) => value ?? 0);
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

export const uint64 = z
  .union([z.string().regex(/^\d{1,20}$/), z.int().nonnegative()])
  .nullish()
  .transform((value) => BigInt(value ?? 0));

export const double = z
  .union([z.number(), z.string().regex(/^(NaN|-?Infinity|-?\d+(\.\d+)?([eE][-+]?\d+)?)$/)])
  .transform(Number);

/** A repeated field: absent and null mean empty. */
export function repeated<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

const objectSchema = z.record(z.string(), z.unknown());

function fromAnyValue(value: unknown, depth: number): JsonValue {
  if (depth >= ATTRIBUTE_DEPTH_MAX)
    throw new SyntaxError(`a value is nested deeper than ${ATTRIBUTE_DEPTH_MAX}`);
  if (value === undefined || value === null) return null;
  const any = objectSchema.parse(value);
  if (any['stringValue'] !== undefined) return z.string().parse(any['stringValue']);
  if (any['boolValue'] !== undefined) return z.boolean().parse(any['boolValue']);
  if (any['intValue'] !== undefined) return fromInt64(any['intValue']);
  if (any['doubleValue'] !== undefined) return jsonNumber(double.parse(any['doubleValue']));
  if (any['bytesValue'] !== undefined) return z.string().parse(any['bytesValue']);
  if (any['arrayValue'] !== undefined) {
    const values = objectSchema.parse(any['arrayValue'])['values'] ?? [];
    return z
      .array(z.unknown())
      .parse(values)
      .map((item) => fromAnyValue(item, depth + 1));
  }
  if (any['kvlistValue'] !== undefined) {
    return fromKeyValues(objectSchema.parse(any['kvlistValue'])['values'] ?? [], depth + 1);
  }
  return null;
}

function fromInt64(value: unknown): JsonValue {
  const digits = z.union([z.int(), z.string().regex(/^-?\d{1,19}$/)]).parse(value);
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : String(digits);
}

function fromKeyValues(list: unknown, depth: number): Attributes {
  const attributes = emptyAttributes();
  for (const entry of z.array(objectSchema).parse(list)) {
    attributes[text.parse(entry['key'])] = fromAnyValue(entry['value'], depth);
  }
  return attributes;
}

export const anyValue = z
  .unknown()
  .optional()
  .transform((value) => fromAnyValue(value, 0));
export const keyValues = z
  .unknown()
  .optional()
  .transform((value) => fromKeyValues(value ?? [], 0));
