/** The telemetry of the account as a whole: its money, its rules, and what operators command. */

import type { Projections } from '../projected.ts';
import { decideSpan } from './positions.ts';

type AccountFactType =
  | 'account.measured'
  | 'trading.state_changed'
  | 'settings.changed'
  | 'position.flatten_ordered';

export const projectAccount: Projections<AccountFactType> = {
  'account.measured': ({ asset, wallet, available, unrealised }) => ({
    severity: 'debug',
    body: `The account has ${wallet} ${asset}, of which ${available} is available; its positions stand at ${unrealised}.`,
    attributes: {
      'tradeengine.account.asset': asset,
      'tradeengine.account.wallet': wallet,
      'tradeengine.account.available': available,
      'tradeengine.account.unrealised': unrealised,
    },
    metrics: [{ metric: 'tradeengine.account.measurements', value: 1, labels: {} }],
  }),

  'trading.state_changed': ({ from, to, why, detail, by }) => ({
    severity: to === 'active' ? 'info' : to === 'halted' ? 'error' : 'warn',
    body: `Trading is ${to} and was ${from}: ${why}, by ${by}. ${detail}`.trim(),
    attributes: {
      'tradeengine.trading.state': to,
      'tradeengine.trading.state.before': from,
      'tradeengine.trading.reason': why,
      'tradeengine.operator': by,
      'tradeengine.operator.note': detail,
    },
    metrics: [
      {
        metric: 'tradeengine.trading.changes',
        value: 1,
        labels: { 'tradeengine.trading.state': to, 'tradeengine.trading.reason': why },
      },
    ],
  }),

  'settings.changed': ({ version, settings, by, note }) => ({
    severity: 'warn',
    body: `The trading rules have changed to version ${version}, by ${by}. ${note}`.trim(),
    attributes: {
      'tradeengine.settings.version': version,
      'tradeengine.engine.settings': JSON.stringify(settings),
      'tradeengine.operator': by,
      'tradeengine.operator.note': note,
    },
    metrics: [{ metric: 'tradeengine.settings.changes', value: 1, labels: {} }],
  }),

  'position.flatten_ordered': (fact) => ({
    severity: 'warn',
    body: `${fact.by} orders position ${fact.position} to be closed at the market. ${fact.note}`.trim(),
    attributes: {
      'tradeengine.position.id': fact.position,
      'tradeengine.signal.seq': fact.signal,
      'tradeengine.operator': fact.by,
      'tradeengine.operator.note': fact.note,
    },
    span: decideSpan(fact),
    metrics: [{ metric: 'tradeengine.positions.flatten_orders', value: 1, labels: {} }],
  }),
};
