// Takes the pictures of the README from the page of a running `npm start`: `node tools/screenshots.ts [address]`.
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import type { SignalsAnswer } from '#observatory/answers.ts';

const pictures = [
  { file: 'docs/page.png', colorScheme: 'light' },
  { file: 'docs/page-dark.png', colorScheme: 'dark' },
] as const;
const viewport = { width: 1400, height: 900 };
const stepMsMax = 10_000;

const root = join(import.meta.dirname, '..');
const address = process.argv[2] ?? 'http://127.0.0.1:8001/';

async function newestProtectedTrace(): Promise<string> {
  const response = await fetch(new URL('/api/signals', address), { signal: AbortSignal.timeout(stepMsMax) });
  if (!response.ok) throw new Error(`${response.url} answers ${response.status}`);
  const { signals } = (await response.json()) as SignalsAnswer;
  // A duplicate comes seconds later into the same trace, and everything else shrinks beside it.
  const inTrace = Map.groupBy(signals, ({ traceId }) => traceId);
  const found = signals.find(
    ({ outcome, traceId }) => outcome === 'protected' && inTrace.get(traceId)?.length === 1,
  );
  if (found === undefined) throw new Error(`${address} shows no protected signal yet; try again later`);
  return found.traceId;
}

async function take(browser: Browser, traceId: string, picture: (typeof pictures)[number]): Promise<void> {
  const context = await browser.newContext({ viewport, colorScheme: picture.colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(stepMsMax);
  await page.goto(new URL(`/trace/${traceId}`, address).href);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.locator('tbody tr').first().waitFor();
  await page.getByRole('button', { name: /^protection arm/ }).waitFor();
  // Rows that have just arrived are still highlighted.
  await page.evaluate('Promise.allSettled(document.getAnimations().map((animation) => animation.finished))');
  await page.screenshot({ path: join(root, picture.file) });
  await context.close();
  console.log(`${picture.file} written`);
}

const traceId = await newestProtectedTrace();
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const picture of pictures) await take(browser, traceId, picture);
} finally {
  await browser.close();
}
