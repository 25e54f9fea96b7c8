/** A signal's outcome as a word with a mark, its tone never by colour alone. */
import type { SignalOutcome } from '../../src/observatory/answers.ts';

type Tone = 'good' | 'open' | 'quiet' | 'refused' | 'bad';

const shown: Record<SignalOutcome, { label: string; tone: Tone }> = {
  received: { label: 'received', tone: 'open' },
  accepted: { label: 'accepted', tone: 'open' },
  submitted: { label: 'submitted', tone: 'open' },
  filled: { label: 'filled', tone: 'good' },
  protected: { label: 'protected', tone: 'good' },
  duplicate: { label: 'duplicate', tone: 'quiet' },
  refused: { label: 'refused', tone: 'refused' },
  order_refused: { label: 'order refused', tone: 'bad' },
  order_unknown: { label: 'order unknown', tone: 'bad' },
};

const marks: Record<Tone, string> = {
  good: 'M3 8.5 6.5 12 13 4.5',
  open: 'M8 3v5l3 2',
  quiet: 'M3 6h10M3 10h10',
  refused: 'M3 8h10',
  bad: 'M4 4l8 8M12 4l-8 8',
};

export function Outcome({ outcome }: { outcome: SignalOutcome }) {
  const { label, tone } = shown[outcome];
  return (
    <span className={`outcome outcome-${tone}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={marks[tone]} />
      </svg>
      {label}
    </span>
  );
}
