/** Reading variables of the environment: what each of telemetry's settings has in common. */

export type Environment = Readonly<Record<string, string | undefined>>;

const DURATION_MS_MAX = 3_600_000;

/** A value that cannot be used, in words that name its variable and repeat no secret. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

export function durationMs(name: string, value: string | undefined, fallback: number, min: number): number {
  const text = nonBlank(value);
  if (text === undefined) return fallback;
  const ms = Number(text);
  if (!Number.isInteger(ms) || ms < min || ms > DURATION_MS_MAX) {
    throw new SettingError(
      `${name} is ${text}: expected whole milliseconds from ${min} to ${DURATION_MS_MAX}`,
    );
  }
  return ms;
}

export const nonBlank = (value: string | undefined): string | undefined => {
  const text = value?.trim();
  return text === '' ? undefined : text;
};

export const isTrue = (value: string | undefined): boolean => value?.trim().toLowerCase() === 'true';
