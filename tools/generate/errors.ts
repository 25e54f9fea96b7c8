// docs/errors.md: every code that the HTTP API answers with instead of what was asked for.
import { problems } from '#api/problems.ts';
import { generatedFrom, table } from './table.ts';

export function errorsDocument(): string {
  const rows = Object.entries(problems).map(([code, { status, meaning }]) => [
    `\`${code}\``,
    String(status),
    meaning,
  ]);
  return `${generatedFrom('src/api/problems.ts and src/intake/problems.ts')}

# Error codes of the HTTP API

An answer of this kind is \`{"code": ..., "message": ...}\`; the code is stable, the message is for people. A signal
that a trading rule refuses is not an error: its reasons are in [refusals.md](refusals.md).

${table(['Code', 'Status', 'Meaning'], rows)}
`;
}
