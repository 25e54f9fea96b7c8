/** How numbers and times are written on the page. */

export function formatDuration(ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 1_000) return `${ms.toFixed(1)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`;
}

/** A round number of the time axis, without decimals that say nothing. */
export function formatMark(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 1) return `${Number((ms * 1_000).toPrecision(3))} µs`;
  if (ms < 1_000) return `${Number(ms.toPrecision(3))} ms`;
  return `${Number((ms / 1_000).toPrecision(4))} s`;
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

/** The clock time here, with the day before it when that is not today. */
export function formatClock(time: string): string {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  return today ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
}

/** `exposure_limit` as people write it. */
export function words(code: string): string {
  return code.replaceAll('_', ' ');
}
