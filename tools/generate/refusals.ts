// docs/refusals.md: every reason for which a signal becomes no order.
import { planRefusals, refusals } from '#core/refusal.ts';
import { generatedFrom, table } from './table.ts';

export function refusalsDocument(): string {
  const rows = Object.entries(refusals)
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([reason, meaning]) => [
      `\`${reason}\``,
      meaning,
      reason in planRefusals ? 'planning the order' : 'judging the signal',
    ]);
  return `${generatedFrom('src/core/refusal.ts')}

# Refusals

Why a signal becomes no order. A refusal is a decision like any other: it is a fact in the journal, with the
check that refused, the value that it found and the limit that the value broke. The list is closed.

${table(['Reason', 'Meaning', 'Found when'], rows)}
`;
}
