/** Trading rules as the API shows them, and in what two versions differ. */

import { z } from 'zod';
import type { TradingSettings } from '#core/settings.ts';
import type { SettingsVersion } from '#core/state.ts';
import { scopeText } from '#intake/settings.ts';
import { showTime, wireNames } from './text.ts';

const value = z.unknown();

export const settingsVersion = z.strictObject({
  version: z.int().describe('Counted from 1, the rules of the first start.'),
  at: z.string().describe('Since when they are in force, or were.'),
  by: z.string().describe('The holder of the token; environment for the rules of a start.'),
  note: z.string(),
});

export const settingsReport = settingsVersion.extend({
  in_force: z.boolean(),
  settings: z.record(z.string(), value),
});

export const settingsChanges = z.array(
  z.strictObject({
    rule: z.string().describe('Such as limits.positions_max, or order_notional for BTCUSDT LONG.'),
    from: value.describe('Null where the rule was not set.'),
    to: value.describe('Null where the rule is not set.'),
  }),
);

export type SettingsChanges = z.infer<typeof settingsChanges>;

export const settingsView = ({ limits, overrides, ...rules }: TradingSettings): Record<string, unknown> => ({
  ...wireNames(rules),
  limits: wireNames(limits),
  overrides: overrides.map(({ rules: narrower, ...scope }) => ({
    ...wireNames(scope),
    rules: wireNames(narrower),
  })),
});

export const versionView = ({ version, at, by, note }: SettingsVersion): z.infer<typeof settingsVersion> => ({
  version,
  at: showTime(at),
  by,
  note,
});

/** Each rule by its whole name. */
function flatSettings({ limits, overrides, ...rules }: TradingSettings): Map<string, unknown> {
  return new Map([
    ...Object.entries(wireNames(rules)),
    ...Object.entries(wireNames(limits)).map(([name, of]): [string, unknown] => [`limits.${name}`, of]),
    ...overrides.flatMap(({ rules: narrower, ...scope }) =>
      Object.entries(wireNames(narrower)).map(([name, of]): [string, unknown] => [
        `${name} for ${scopeText(scope)}`,
        of,
      ]),
    ),
  ]);
}

export function changesBetween(before: TradingSettings, after: TradingSettings): SettingsChanges {
  const [from, to] = [flatSettings(before), flatSettings(after)];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((rule) => JSON.stringify(from.get(rule)) !== JSON.stringify(to.get(rule)))
    .map((rule) => ({ rule, from: from.get(rule) ?? null, to: to.get(rule) ?? null }));
}
