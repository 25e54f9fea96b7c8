/** The telemetry of the engine's own facts: starts, instruments, agreement with the exchange. Only the canary has a trace. */

import { driftKind } from '../drift.ts';
import { canarySpan } from '../identity.ts';
import type { Projections } from '../projected.ts';

type EngineFactType =
  | 'engine.started'
  | 'engine.reconciled'
  | 'instrument.listed'
  | 'orphan.found'
  | 'drift.found'
  | 'drift.cleared'
  | 'telemetry.canary';

export const projectEngine: Projections<EngineFactType> = {
  'engine.started': ({ account, version, settings }) => ({
    body: `Engine ${version} started for account ${account} in ${settings.mode} mode.`,
    attributes: {
      'tradeengine.account.id': account,
      'tradeengine.engine.version': version,
      'tradeengine.engine.settings': JSON.stringify(settings),
    },
    metrics: [{ metric: 'tradeengine.engine.starts', value: 1, labels: {} }],
  }),

  'engine.reconciled': ({ orders, positions }) => ({
    body: `Compared with the exchange: ${orders} live orders and ${positions} open positions. Trading may begin.`,
    attributes: { 'tradeengine.reconciled.orders': orders, 'tradeengine.reconciled.positions': positions },
    metrics: [{ metric: 'tradeengine.engine.reconciliations', value: 1, labels: {} }],
  }),

  'instrument.listed': ({ instrument }) => ({
    body: `The exchange lists ${instrument.symbol}: tick ${instrument.tickSize}, step ${instrument.stepSize}, minimum notional ${instrument.notionalMin}.`,
    attributes: {
      'tradeengine.symbol': instrument.symbol,
      'tradeengine.instrument': JSON.stringify(instrument),
    },
    metrics: [{ metric: 'tradeengine.instruments.listed', value: 1, labels: {} }],
  }),

  'orphan.found': ({ clientOrderId, symbol, book }) => ({
    severity: 'warn',
    body: `The exchange has order ${clientOrderId} in ${symbol}, which the journal does not know as live. It is cancelled.`,
    attributes: {
      'tradeengine.order.id': clientOrderId,
      'tradeengine.symbol': symbol,
      'tradeengine.order.book': book,
    },
    metrics: [{ metric: 'tradeengine.orders.orphaned', value: 1, labels: {} }],
  }),

  'drift.found': ({ symbol, side, journal, exchange }) => ({
    severity: 'warn',
    body: `${symbol} ${side}: the journal holds ${journal}, the exchange ${exchange}.`,
    attributes: {
      'tradeengine.symbol': symbol,
      'tradeengine.position.side': side,
      'tradeengine.drift.kind': driftKind(journal, exchange),
      'tradeengine.drift.journal': journal,
      'tradeengine.drift.exchange': exchange,
    },
    metrics: [
      {
        metric: 'tradeengine.drift.found',
        value: 1,
        labels: { 'tradeengine.drift.kind': driftKind(journal, exchange) },
      },
    ],
  }),

  'drift.cleared': ({ symbol, side }) => ({
    body: `${symbol} ${side}: journal and exchange agree again.`,
    attributes: { 'tradeengine.symbol': symbol, 'tradeengine.position.side': side },
  }),

  'telemetry.canary': (_fact, { seq, at }) => {
    const span = canarySpan(seq, at);
    return {
      severity: 'debug',
      body: 'A canary: when this arrives, so does the telemetry of every fact before it.',
      attributes: {},
      span,
      spans: [{ name: 'telemetry canary', kind: 'internal', ...span, start: at, end: at, attributes: {} }],
      metrics: [{ metric: 'tradeengine.telemetry.canaries', value: 1, labels: {} }],
    };
  },
};
