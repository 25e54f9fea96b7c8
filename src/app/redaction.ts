/** What the process has been given that must not be seen in anything it says. */

import { isSecretName, Redactor, Secret } from '#core/secret.ts';
import type { Config, Environment } from './config.ts';

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/: name=value pairs, percent-encoded, separated by commas. */
const HEADERS = /_HEADERS$/;
/** The query of an address may hold a token. */
const ADDRESS = /^(?:OTEL_|PYROSCOPE_)/;

export function redactorOf({ values }: Pick<Config, 'values'>, env: Environment): Redactor {
  const redactor = new Redactor();
  const hideAll = (name: string, values: readonly string[]): void => {
    for (const [index, value] of values.entries()) redactor.hide(`${name} ${index}`, new Secret(value));
  };
  for (const [name, value] of Object.entries(values)) {
    if (!(value instanceof Secret)) continue;
    redactor.hide(name, value);
    // A private key in PEM has lines, each of which may be echoed.
    const lines = value.reveal().split('\n');
    if (lines.length > 1) hideAll(name, lines);
  }
  for (const [name, text = ''] of Object.entries(env)) {
    if (HEADERS.test(name)) {
      hideAll(name, valuesOf(text, ','));
    } else if (ADDRESS.test(name) && URL.canParse(text)) {
      hideAll(name, valuesOf(new URL(text).search, '&'));
    } else if (isSecretName(name)) {
      redactor.hide(name, new Secret(text));
    }
  }
  return redactor;
}

/** Each value as it was given, as it is sent, and without the scheme before it: any of them may be echoed. */
const valuesOf = (pairs: string, separator: ',' | '&'): string[] =>
  pairs.split(separator).flatMap((pair) => {
    const given = pair.slice(pair.indexOf('=') + 1).trim();
    const sent = decoded(given);
    return [given, sent, sent.slice(sent.lastIndexOf(' ') + 1)];
  });

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
