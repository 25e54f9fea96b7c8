/** Reads the arguments of one command. What is not known is refused, in a sentence. */

import { parseArgs } from 'node:util';
import { UsageError } from '../io.ts';

type Options = Record<string, { type: 'boolean' | 'string' }>;

/** @param expected what stands for each argument that is no option; one that may be left out ends with a question mark */
export function read<T extends Options>(
  command: string,
  args: string[],
  options: T,
  expected: readonly string[] = [],
) {
  let parsed: ReturnType<
    typeof parseArgs<{ args: string[]; options: T; strict: true; allowPositionals: true }>
  >;
  try {
    parsed = parseArgs({ args, options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError(optionFault(command, error));
  }
  const { length } = parsed.positionals;
  const needed = expected.filter((one) => !one.endsWith('?')).length;
  if (length < needed || length > expected.length) {
    throw new UsageError(
      needed === 0 || length > expected.length
        ? `${JSON.stringify(parsed.positionals[expected.length])} is one argument too many.`
        : `The command takes one argument: ${expected.join(' and ')}.`,
    );
  }
  return parsed;
}

/** What parseArgs found, in a sentence: its own are about how to write parsers. */
function optionFault(command: string, error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) throw error;
  const option = /'(-[^\s',=]*)/.exec(error.message)?.[1] ?? 'an option';
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `${command} has no option ${option}.`;
  return error.message.includes('does not take')
    ? `${option} takes no value.`
    : `${option} needs a value: ${option} N, or ${option}=N.`;
}
