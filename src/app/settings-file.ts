/** Trading rules from the file that TRADEENGINE_SETTINGS_FILE names: those that it holds, over those of the variables. */

import { readFileSync } from 'node:fs';
import type { TradingSettings } from '#core/settings.ts';
import { parseJson } from '#intake/json.ts';
import { malformedMessage } from '#intake/message.ts';
import { readSettings, type SettingsReading } from '#intake/settings.ts';
import type { ConfigProblem } from './config-problems.ts';

/** @param path empty for none */
export function settingsFrom(path: string, base: TradingSettings): TradingSettings | ConfigProblem {
  if (path === '') return base;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return { code: 'file_unreadable', message: `TRADEENGINE_SETTINGS_FILE: ${(error as Error).message}` };
  }
  const reading = read(bytes, base);
  if (reading.ok) return reading.settings;
  return {
    code: 'settings_invalid',
    message: `TRADEENGINE_SETTINGS_FILE: ${path}: ${reading.problem.message}`,
  };
}

function read(bytes: Uint8Array, base: TradingSettings): SettingsReading {
  try {
    return readSettings(parseJson(bytes), base);
  } catch (error) {
    return malformedMessage(error);
  }
}
