/** What the doctor looks at at the exchange: the ways to it, the key, the account, the symbols. Nothing is placed. */

import type { Symbol } from '#core/ids.ts';
import { money } from '#core/money.ts';
import { systemClock } from '#engine/time.ts';
import type { AccountSettings } from '#exchange/binance/usdm/configuration.ts';
import { Inspection } from '#exchange/binance/usdm/inspection.ts';
import type { AccountBalance } from '#exchange/port.ts';
import { type Config, wantedOf } from '../config.ts';
import { exchangeAccess } from '../exchange-access.ts';
import { type Finding, runCheck, type Verdicts } from './finding.ts';
import { examineSymbol } from './symbol.ts';

/** More than the measurement errs by on a slow line. */
const OFFSET_MS_WARN = 500;
const WEIGHT_PER_CENT_WARN = 50;

export async function examineExchange(config: Config): Promise<readonly Finding[]> {
  const inspection = new Inspection({
    ...exchangeAccess(config),
    recvWindowMs: config.values.TRADEENGINE_RECV_WINDOW_MS,
    clock: { nowMicros: () => systemClock.now() },
  });
  try {
    const reached = await runCheck('REST API', (verdict) => reach(config, inspection, verdict));
    if (reached.some(({ status }) => status === 'fail')) return reached;
    const rest = await Promise.all([
      runCheck('key', (verdict) => key(inspection, verdict)),
      ...(['public', 'market', 'private'] as const).map((route) =>
        runCheck(`${route} stream`, (verdict) => stream(config, inspection, route, verdict)),
      ),
      runCheck('WebSocket API', (verdict) => wsApi(inspection, verdict)),
      runCheck('account', (verdict) => account(config, inspection, verdict)),
      runCheck('symbols', (verdict) => symbols(config, inspection, verdict)),
    ]);
    // Last, so that it counts what was asked.
    return [
      ...reached,
      ...rest.flat(),
      ...(await runCheck('rate limit', (verdict) => rate(inspection, verdict))),
    ];
  } finally {
    await inspection.close();
  }
}

async function reach(config: Config, inspection: Inspection, verdict: Verdicts): Promise<Finding[]> {
  const { restUrl } = exchangeAccess(config);
  const read = await inspection.clock();
  if (read.kind === 'failed') {
    const paper = 'Start it: `npm start`.';
    const fix = config.settings.mode === 'paper' ? paper : 'Look at the network, the proxy and the address.';
    return [verdict.fail(`${restUrl}: ${read.cause}. Key, account and symbols were not looked at.`, fix)];
  }
  const { offsetMs, tookMs } = read.value;
  const clock = {
    check: 'clock',
    detail: `${Math.abs(offsetMs)} ms ${offsetMs > 0 ? 'behind' : 'ahead of'} the exchange's`,
  };
  const fix =
    'Let the system keep its time (chrony, systemd-timesyncd). Orders are corrected, ages of signals are not.';
  const off = Math.abs(offsetMs);
  const reached = verdict.ok(`${restUrl} answers (three times in ${tookMs} ms)`);
  if (off > config.settings.clockSkewMsMax) return [reached, { ...clock, status: 'fail', fix }];
  return [reached, off > OFFSET_MS_WARN ? { ...clock, status: 'warn', fix } : { ...clock, status: 'ok' }];
}

async function key(inspection: Inspection, verdict: Verdicts): Promise<Finding> {
  const permitted = await inspection.key();
  if (permitted?.kind === 'answer')
    return verdict.ok('it can trade futures from known addresses, and no more');
  if (permitted !== undefined) {
    const fix = 'In the API management: reading and futures on, all else off, and restricted to trusted IPs.';
    return verdict.fail(permitted.cause, fix);
  }
  const settings = await inspection.settings();
  if (settings.kind === 'answer') return verdict.ok('it is accepted; there is no money for it to move');
  return verdict.fail(settings.cause, 'Look at key and secret, and at which exchange they are of.');
}

async function stream(
  { settings }: Config,
  inspection: Inspection,
  route: 'public' | 'market' | 'private',
  verdict: Verdicts,
): Promise<Finding> {
  const [symbol = 'BTCUSDT' as Symbol] = settings.symbols;
  const connected = await inspection.stream(route, symbol);
  if (connected.kind === 'answer') return verdict.ok('it can be connected to');
  return verdict.fail(
    connected.cause,
    'Look at the firewall: WebSockets must get out. Without it nothing is traded.',
  );
}

async function wsApi(inspection: Inspection, verdict: Verdicts): Promise<Finding> {
  const connected = await inspection.wsApi();
  if (connected.kind === 'answer') return verdict.ok('it can be connected to');
  return verdict.warn(connected.cause, 'Orders go over REST without it, which is slower.');
}

async function rate(inspection: Inspection, verdict: Verdicts): Promise<Finding> {
  const { weight, heldBackSeconds } = inspection.rate();
  const { banned, too_many_requests: limited } = heldBackSeconds;
  const fix = 'Something else at this address asks the exchange, too: find it, or give it another address.';
  if (banned + limited > 0) {
    return verdict.fail(`requests are held back for ${Math.ceil(Math.max(banned, limited))} s`, fix);
  }
  const detail = `${weight.used} of ${weight.limit} used this minute`;
  const much = weight.used * 100 > weight.limit * WEIGHT_PER_CENT_WARN;
  return much ? verdict.warn(detail, fix) : verdict.ok(detail);
}

async function account(config: Config, inspection: Inspection, verdict: Verdicts): Promise<Finding[]> {
  const [present, balance] = await Promise.all([inspection.settings(), inspection.balance()]);
  const unread = 'Look at what is said of the key.';
  if (present.kind === 'failed') return [verdict.fail(present.cause, unread)];
  return [
    ...modes(config, present.value, verdict),
    ...config.settings.symbols.map((symbol) => symbolSettings(config, present.value, symbol, verdict)),
    balance.kind === 'failed'
      ? verdict.fail(balance.cause, 'Move USDT to the futures wallet.')
      : funds(config, balance.value, present.value, verdict),
  ];
}

const AT_START = 'The engine sets it at its start, if nothing is open.';

function modes({ settings }: Config, present: AccountSettings, verdict: Verdicts): Finding[] {
  const { positionMode, multiAssets } = present;
  const mode = `position mode ${positionMode}`;
  return [
    positionMode === settings.positionMode
      ? verdict.ok(mode)
      : verdict.warn(`${mode}, and ${settings.positionMode} is configured`, AT_START),
    multiAssets ? verdict.warn('multi-assets mode is on', AT_START) : verdict.ok('multi-assets mode is off'),
  ];
}

function symbolSettings(
  { values }: Config,
  { symbols: present }: AccountSettings,
  symbol: Symbol,
  verdict: Verdicts,
): Finding {
  const own = present.get(symbol);
  if (own === undefined) {
    return verdict.fail(`${symbol} is not known to the account`, 'Take it out of TRADEENGINE_SYMBOLS.');
  }
  const leverage = wantedOf(values.TRADEENGINE_LEVERAGE, symbol) ?? own.leverage;
  const marginType = wantedOf(values.TRADEENGINE_MARGIN_TYPE, symbol) ?? own.marginType;
  const is = `${symbol}: leverage ${own.leverage}, ${own.marginType}`;
  if (leverage === own.leverage && marginType === own.marginType) return verdict.ok(is);
  return verdict.warn(`${is}; ${leverage}, ${marginType} is configured`, AT_START);
}

/** Whether there is margin for one order of the configured size in each symbol. */
function funds(
  { settings }: Config,
  { asset, wallet, available }: AccountBalance,
  { symbols: present }: AccountSettings,
  verdict: Verdicts,
): Finding {
  const detail = `${available} ${asset} available of ${wallet}`;
  const leverages = settings.symbols.map((symbol) => BigInt(present.get(symbol)?.leverage ?? 1));
  const least = leverages.reduce((low, own) => (own < low ? own : low), leverages[0] ?? 1n);
  if (money(available) * least >= money(settings.orderNotional)) return verdict.ok(detail);
  const size = `an order of ${settings.orderNotional} at leverage ${least}`;
  return verdict.fail(
    `${detail}: too little for ${size}`,
    'Add margin, or lower TRADEENGINE_ORDER_NOTIONAL.',
  );
}

async function symbols({ settings }: Config, inspection: Inspection, verdict: Verdicts): Promise<Finding[]> {
  const [marks, listed] = await Promise.all([inspection.marks(), inspection.instruments(settings.symbols)]);
  if (marks.kind === 'failed')
    return [verdict.fail(marks.cause, 'Try again: without prices nothing is sized.')];
  if (listed.kind === 'failed') {
    const fix = 'Take it out of TRADEENGINE_SYMBOLS, or spell it as the exchange does.';
    return [verdict.fail(listed.cause, fix)];
  }
  return listed.value.flatMap((instrument) => {
    const mark = marks.value.get(instrument.symbol);
    if (mark !== undefined) return examineSymbol(instrument, mark, settings, verdict);
    return [verdict.fail(`${instrument.symbol} has no mark price`, 'It is not traded now: take it out.')];
  });
}
