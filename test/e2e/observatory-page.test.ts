// Goal: a person sees a signal appear by itself, opens it, and reads in its trace what happened.
// Method: a real browser on the built page of a real observatory that gets its telemetry over OTLP.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Running, runObservatory } from '#test/support/observatory/running.ts';
import { logsOf, type Story, storyTraceId, tracesOf } from '#test/support/observatory/story.ts';

const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const pageBuilt = existsSync(join(import.meta.dirname, '../../web/dist/assets'));
const skip = !existsSync(chromiumPath)
  ? `no browser at ${chromiumPath}: install chromium or set CHROMIUM_PATH to run this test`
  : !pageBuilt && 'the page is not built: run `npm run prepare` first';

const stepDeadlineMs = 5_000;
/** Set to a directory to keep pictures of what the test saw. */
const pictures = process.env['OBSERVATORY_PICTURES'];

describe('observatory page', { skip }, () => {
  let running: Running;
  let browser: Browser;

  before(async () => {
    running = await runObservatory();
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  });
  after(async () => {
    await browser?.close();
    await running?.stop();
  });

  let number = 0;
  function nextStory(details: Partial<Story> = {}): Story {
    number++;
    return { traceId: storyTraceId(number), signalId: `sig-${number}`, atNs: nowNs(), ...details };
  }
  const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

  async function send(story: Story): Promise<void> {
    assert.equal(await running.send('traces', tracesOf(story)), 200);
    assert.equal(await running.send('logs', logsOf(story)), 200);
  }

  async function onPage(
    options: { path?: string; width?: number; colorScheme?: 'light' | 'dark' },
    steps: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1360, height: 860 },
      colorScheme: options.colorScheme ?? 'light',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(stepDeadlineMs);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404')) faults.push(message.text());
    });
    await page.goto(new URL(options.path ?? '/', running.url).href);
    await steps(page);
    assert.deepEqual(faults, []);
    await context.close();
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (pictures === undefined) return;
    await page.evaluate('Promise.all(document.getAnimations().map((animation) => animation.finished))');
    await page.screenshot({ path: join(pictures, `observatory-${name}.png`) });
  }

  const row = (page: Page, story: Story) =>
    page.getByRole('link', { name: `Trace of signal ${story.signalId}` });

  it('says what it waits for while it is empty, then shows a signal as it comes, and its trace', async () => {
    await onPage({}, async (page) => {
      await page.getByRole('heading', { name: 'No signal has arrived yet' }).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await picture(page, 'empty');
      const story = nextStory({ decision: 'accepted' });
      await send(story);
      await row(page, story).click();
      assert.equal(new URL(page.url()).pathname, `/trace/${story.traceId}`);
      await page.getByRole('heading', { name: 'buy BTCUSDT' }).waitFor();
      for (const name of [
        'signal receive',
        'signal decide',
        'order submit',
        'order fill',
        'protection arm',
      ]) {
        await page.getByRole('button', { name: new RegExp(`^${name}`) }).waitFor();
      }
      const submit = page
        .getByRole('listitem')
        .filter({ has: page.getByRole('button', { name: /^order submit/ }) });
      await submit.getByText('The exchange took the order to buy 0.012 BTCUSDT at market.').waitFor();
      await submit.getByRole('button').click();
      await page.getByRole('rowheader', { name: 'tradeengine.order.id' }).waitFor();
      await picture(page, 'details');
    });
  });

  it('tells refused, duplicate and protected signals apart, with the reason', async () => {
    await send(
      nextStory({ decision: 'refused', reason: 'exposure_limit', symbol: 'ETHUSDT', action: 'sell' }),
    );
    await send(nextStory({ decision: 'duplicate' }));
    await onPage({}, async (page) => {
      const refused = page.getByRole('row').filter({ hasText: 'ETHUSDT' });
      await refused.getByText('refused').waitFor();
      await refused.getByRole('cell', { name: 'exposure limit', exact: true }).waitFor();
      await page.getByRole('row').filter({ hasText: 'duplicate' }).first().waitFor();
      await page.getByRole('row').filter({ hasText: 'protected' }).first().waitFor();
    });
  });

  it('can be used by keyboard alone, keeps its state in the address and comes back to it', async () => {
    const [older, newer] = [nextStory(), nextStory()];
    await send(older);
    await send({ ...newer, atNs: nowNs() + 5_000_000n });
    await onPage({}, async (page) => {
      await row(page, newer).focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/trace/${older.traceId}`);
      await page.reload();
      await page.getByRole('button', { name: /^protection arm/ }).waitFor();
      await page.keyboard.press('Escape');
      await page.waitForURL(running.url);
      await page.goBack();
      await page.getByRole('button', { name: /^protection arm/ }).waitFor();
    });
    await onPage({ path: `/?trace=${older.traceId}` }, async (page) => {
      await page.getByRole('button', { name: /^protection arm/ }).waitFor();
    });
  });

  it('says when a trace is unknown, and shows it when it comes', async () => {
    const story = nextStory();
    await onPage({ path: `/trace/${story.traceId}` }, async (page) => {
      await page.getByRole('heading', { name: 'No such trace is stored' }).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await send(story);
      await page.getByRole('button', { name: /^order fill/ }).waitFor();
    });
  });

  it('says what failed and tries again when asked', async () => {
    const story = nextStory();
    await send(story);
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(stepDeadlineMs);
    await page.route('**/api/signals*', (route) =>
      route.fulfill({
        status: 503,
        json: { code: 'busy', message: '8 queries are running; try again' },
      }),
    );
    await page.goto(running.url);
    await page.getByRole('alert').getByText('8 queries are running; try again').waitFor();
    await picture(page, 'failed');
    await page.unroute('**/api/signals*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(page, story).waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
    await context.close();
  });

  it('says that it reconnects when the observatory goes, and keeps what it shows', async () => {
    const passing = await runObservatory();
    try {
      const story = nextStory();
      assert.equal(await passing.send('traces', tracesOf(story)), 200);
      const context = await browser.newContext();
      const page = await context.newPage();
      page.setDefaultTimeout(stepDeadlineMs);
      await page.goto(passing.url);
      await row(page, story).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await passing.close();
      await page.getByText('Reconnecting').waitFor();
      assert.equal(await row(page, story).count(), 1);
      await context.close();
    } finally {
      await passing.stop();
    }
  });

  it('needs no sideways scrolling, on a desk or on a phone', async () => {
    const symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'BNBUSDT'];
    const refusals = ['exposure_limit', 'stale_signal', 'low_confidence'];
    const sent = Array.from({ length: 24 }, (_, index) =>
      send(
        nextStory({
          atNs: nowNs() - BigInt(index) * 1_700_000_000n,
          symbol: String(symbols[index % symbols.length]),
          strategy: index % 3 === 0 ? 'mean_reversion' : 'momentum',
          action: index % 2 === 0 ? 'buy' : 'sell',
          ...(index % 5 === 1 ? { decision: 'refused', reason: String(refusals[index % 3]) } : {}),
        }),
      ),
    );
    const shown = nextStory({ symbol: 'BTCUSDT' });
    await Promise.all([...sent, send(shown)]);
    // The dark scheme changes colours only; it is drawn for the pictures.
    const schemes = pictures === undefined ? (['light'] as const) : (['light', 'dark'] as const);
    for (const colorScheme of schemes) {
      for (const [size, width] of [
        ['wide', 1360],
        ['narrow', 1300],
        ['phone', 375],
      ] as const) {
        for (const [view, path] of [
          ['list', '/'],
          ['trace', `/trace/${shown.traceId}`],
        ] as const) {
          await onPage({ path, width, colorScheme }, async (page) => {
            const sign =
              view === 'list' ? row(page, shown) : page.getByRole('button', { name: /^order fill/ });
            await sign.waitFor();
            const widest = await page.evaluate(
              'Math.max(...[...document.querySelectorAll("body *")].map((e) => e.getBoundingClientRect().right))',
            );
            assert.ok(Number(widest) <= width, `${view} reaches ${widest} of ${width}`);
            const cut = await page.evaluate(
              '[...document.querySelectorAll(".pane")].some((pane) => pane.scrollWidth > pane.clientWidth)',
            );
            assert.equal(cut, false, `a pane of the ${view} cuts its contents at ${width}`);
            await picture(page, `${view}-${size}-${colorScheme}`);
          });
        }
      }
    }
  });
});
