/** Shows how far a recording has been read: a bar where somebody looks, a line for each tenth elsewhere. */

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_LENGTH = 40;
const LINE_EVERY_PERCENT = 10;

/** Called with the part that is done, from 0 to 1, as often as one likes. */
export function progressOn(output: ProgressOutput): (share: number) => void {
  let shown = -1;
  return (share) => {
    const percent = Math.floor(share * 100);
    const isLine = output.isTTY !== true;
    if (percent <= shown || (isLine && percent < shown + LINE_EVERY_PERCENT)) return;
    shown = isLine ? percent - (percent % LINE_EVERY_PERCENT) : percent;
    output.write(isLine ? `market data: ${shown} %\n` : barOf(percent));
  };
}

function barOf(percent: number): string {
  const done = Math.floor((percent * BAR_LENGTH) / 100);
  const bar = '#'.repeat(done).padEnd(BAR_LENGTH, '.');
  return `\rmarket data [${bar}] ${percent} %${percent === 100 ? '\n' : ''}`;
}
