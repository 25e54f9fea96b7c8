/** Facts of the account as a whole, one of each type. */

import type { Fact } from '#core/facts.ts';
import { defaultSettings } from '#core/settings.ts';

export const accountFacts = {
  'account.measured': [
    {
      type: 'account.measured',
      asset: 'USDT',
      wallet: '10012.5',
      available: '9400.25',
      unrealised: '-3.75',
    },
  ],
  'trading.state_changed': [
    {
      type: 'trading.state_changed',
      from: 'active',
      to: 'halted',
      why: 'drawdown',
      detail: '0.21 of the peak, limit 0.2',
      by: 'engine',
    },
  ],
  'settings.changed': [
    {
      type: 'settings.changed',
      version: 3,
      settings: { ...defaultSettings, orderNotional: '300' },
      by: 'oncall',
      note: 'larger orders',
    },
  ],
} satisfies Partial<Record<Fact['type'], readonly Fact[]>>;
