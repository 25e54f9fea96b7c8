/** The spot account with the field names of the REST answers. */
import type { Rate } from '#core/money.ts';
import { rate, showMoney, showRate } from '#core/money.ts';
import { COMMISSION_BASIS_POINTS, COMMISSION_RATE } from './account.ts';
import { eight } from './order-view.ts';
import type { SpotState } from './state.ts';

const rateText = (value: Rate): string => eight(showRate(value));
const NOTHING = rate('0');

/** Nobody pays in BNB here, so that the commission always comes off what was received. */
const discount = {
  enabledForAccount: false,
  enabledForSymbol: true,
  discountAsset: 'BNB',
  discount: rateText(rate('0.75')),
};

export const accountView = ({ account }: SpotState, omitZeroBalances: boolean) => ({
  // In basis points here, as fractions below.
  makerCommission: COMMISSION_BASIS_POINTS,
  takerCommission: COMMISSION_BASIS_POINTS,
  buyerCommission: 0,
  sellerCommission: 0,
  commissionRates: {
    maker: rateText(COMMISSION_RATE),
    taker: rateText(COMMISSION_RATE),
    buyer: rateText(NOTHING),
    seller: rateText(NOTHING),
  },
  canTrade: true,
  canWithdraw: false,
  canDeposit: true,
  brokered: false,
  requireSelfTradePrevention: false,
  preventSor: false,
  updateTime: account.updatedMs,
  accountType: 'SPOT',
  balances: [...account.balances]
    .filter(([, { free, locked }]) => !omitZeroBalances || free > 0n || locked > 0n)
    .map(([asset, { free, locked }]) => ({
      asset,
      free: eight(showMoney(free)),
      locked: eight(showMoney(locked)),
    })),
  permissions: ['SPOT'],
  uid: 1,
});

const both = (value: Rate) => ({ maker: rateText(value), taker: rateText(value) });
const ofSides = { buyer: rateText(NOTHING), seller: rateText(NOTHING) };

export const commissionView = (symbol: string) => ({
  symbol,
  standardCommission: { ...both(COMMISSION_RATE), ...ofSides },
  specialCommission: { ...both(NOTHING), ...ofSides },
  taxCommission: { ...both(NOTHING), ...ofSides },
  discount,
});

/** Answer to a test order that asks for its rates. */
export const orderCommissionView = () => ({
  standardCommissionForOrder: both(COMMISSION_RATE),
  specialCommissionForOrder: both(NOTHING),
  taxCommissionForOrder: both(NOTHING),
  discount,
});
