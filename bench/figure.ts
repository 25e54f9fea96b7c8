/** What a benchmark reports: a figure beside what it aims at. */

export interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly aim: string;
  readonly met: boolean;
}

export type Figures = Readonly<Record<string, Figure>>;

const round = (value: number): number => Number(value.toPrecision(4));

export const atLeast = (value: number, aim: number, unit: string): Figure => ({
  value: round(value),
  unit,
  aim: `>= ${aim}`,
  met: value >= aim,
});

export const below = (value: number, aim: number, unit: string): Figure => ({
  value: round(value),
  unit,
  aim: `< ${aim}`,
  met: value < aim,
});

export const atMost = (value: number, aim: number, unit: string): Figure => ({
  value: round(value),
  unit,
  aim: `<= ${aim}`,
  met: value <= aim,
});

export const zero = (value: number, unit: string): Figure => ({
  value: round(value),
  unit,
  aim: '0',
  met: value === 0,
});

/** A figure that stands beside others and has no aim of its own. */
export const plain = (value: number, unit: string): Figure => ({
  value: round(value),
  unit,
  aim: 'none',
  met: true,
});

export function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error('a percentile of nothing');
  return value;
}
