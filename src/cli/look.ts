/** tradeengine positions, orders, pnl, limits and settings: what the running engine shows, as tables. */

import { z } from 'zod';
import { orderSummary } from '#api/views/order.ts';
import { pnlReport } from '#api/views/pnl.ts';
import { positionView } from '#api/views/position.ts';
import { settingsReport } from '#api/views/settings.ts';
import { cutDecimals } from '#api/views/text.ts';
import { tradingView } from '#api/views/trading.ts';
import { exitCodes } from '#app/exit-codes.ts';
import type { ViewCommand } from './arguments/operator.ts';
import { askEngine, engineApi } from './engine-api.ts';
import type { CommandIo } from './io.ts';
import { table } from './table.ts';
import { withConfig } from './with-config.ts';

const MONEY_DECIMALS = 2;
const RATE_DECIMALS = 4;

export const lookCommand = ({ name, json }: ViewCommand, io: CommandIo): Promise<number> =>
  withConfig(io, async (config) => {
    const { path, show } = views[name];
    const text = await askEngine(engineApi(config), show(json), path, {}, io);
    if (text === undefined) return exitCodes.failed;
    io.say(text);
    return exitCodes.ok;
  });

interface View {
  readonly path: string;
  /** The answer as text. */
  readonly show: (json: boolean) => z.ZodType<string>;
}

const view = <T>(path: string, schema: z.ZodType<T>, show: (answer: T) => string): View => ({
  path,
  show: (json) => schema.transform((answer) => (json ? JSON.stringify(answer, null, 2) : show(answer))),
});

const amount = (text: string | null): string => (text === null ? '-' : cutDecimals(text, MONEY_DECIMALS));

const views: Readonly<Record<ViewCommand['name'], View>> = {
  positions: view('/v1/positions', z.strictObject({ positions: z.array(positionView) }), ({ positions }) =>
    positions.length === 0
      ? 'There is no open position.'
      : table(
          ['strategy', 'symbol', 'side', 'quantity', 'entry', 'mark', 'unrealised', 'stop', 'target', ''],
          positions.map((one) => [
            one.strategy_id,
            one.symbol,
            one.side,
            one.quantity,
            one.entry_price,
            one.mark_price ?? '-',
            amount(one.unrealised),
            one.live_stop ?? one.stop,
            one.target ?? '-',
            one.closing !== null ? 'closing' : one.protected ? 'protected' : 'NOT PROTECTED',
          ]),
        ),
  ),
  orders: view('/v1/orders', z.strictObject({ orders: z.array(orderSummary) }), ({ orders }) =>
    orders.length === 0
      ? 'There is no order.'
      : table(
          ['order', 'strategy', 'symbol', 'leg', 'side', 'quantity', 'filled', 'price', 'status'],
          orders.map((one) => [
            one.client_order_id,
            one.strategy_id,
            one.symbol,
            one.leg,
            one.side,
            one.quantity,
            one.filled,
            one.price ?? one.trigger_price ?? one.average_price ?? '-',
            one.status,
          ]),
        ),
  ),
  pnl: view('/v1/pnl', pnlReport, ({ day, strategies, others, all }) =>
    table(
      ['strategy', 'symbol', `${day}`, 'since the beginning', 'fees', 'unrealised', 'positions'],
      [
        ...strategies.map((one) => [
          one.strategy_id,
          one.symbol,
          amount(one.today.net),
          amount(one.total.net),
          amount(one.total.fees),
          amount(one.unrealised),
          `${one.positions}`,
        ]),
        ...(others.total.fees === '0'
          ? []
          : [
              [
                'others',
                '',
                amount(others.today.net),
                amount(others.total.net),
                amount(others.total.fees),
                '',
                '',
              ],
            ]),
        [
          'all',
          '',
          amount(all.today.net),
          amount(all.total.net),
          amount(all.total.fees),
          amount(all.unrealised),
          '',
        ],
      ],
    ),
  ),
  limits: view('/v1/trading', tradingView, ({ state, why, since, equity, limits }) =>
    [
      `Trading is ${state}${since === null ? '' : ` since ${since}: ${why.replaceAll('_', ' ')}`}. The equity is ${equity === null ? 'not known' : amount(equity)}.`,
      table(
        ['limit', 'value', 'bound', 'headroom', 'used'],
        limits.map((one) => {
          const shown = (text: string): string =>
            one.limit === 'drawdown'
              ? cutDecimals(text, RATE_DECIMALS)
              : text.includes('.')
                ? amount(text)
                : text;
          return [
            one.limit,
            shown(one.value),
            shown(one.max),
            shown(one.headroom),
            cutDecimals(one.used, MONEY_DECIMALS),
          ];
        }),
      ),
    ].join('\n'),
  ),
  settings: view('/v1/settings', settingsReport, ({ version, at, by, note, settings }) =>
    [
      `Version ${version}, by ${by} at ${at}.${note === '' ? '' : ` ${note}`}`,
      table(['rule', 'value'], rows(settings)),
    ].join('\n'),
  ),
};

const rows = (settings: Readonly<Record<string, unknown>>, prefix = ''): string[][] =>
  Object.entries(settings).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? rows(value as Record<string, unknown>, `${name}.`)
      : [[`${prefix}${name}`, typeof value === 'string' ? value : JSON.stringify(value)]],
  );
