/** Settles funding every eight hours: the longs pay the shorts when the rate is positive. */
import type { Money } from '#core/money.ts';
import { addMoney, negateMoney, shareOf, showMoney, showRate } from '#core/money.ts';
import { push } from '../matching/archive.ts';
import { isIsolated } from './account.ts';
import { fundingRateOf, lastFundingMs } from './funding-rate.ts';
import { valuationOf } from './margin.ts';
import type { Position } from './position.ts';
import type { Reporter } from './reporter.ts';
import type { Floor } from './state.ts';
import { listingOf } from './state.ts';

export class FundingDesk {
  readonly #floor: Floor;
  readonly #report: Reporter;

  constructor(floor: Floor, report: Reporter) {
    this.#floor = floor;
    this.#report = report;
  }

  /** Settles the newest instant that has passed; what fell into a longer pause is skipped with it. */
  settle(): void {
    const { state } = this.#floor;
    const due = lastFundingMs(state.nowMs);
    if (due <= state.fundedMs) return;
    state.fundedMs = due;
    for (const [symbol, { market }] of state.listings) {
      const rate = fundingRateOf(market);
      push(state.history.fundings, { symbol, rate, mark: market.mark, timeMs: due });
    }
    for (const position of state.account.positions.values()) {
      if (position.amount !== 0n) this.#settle(position);
    }
  }

  #settle(position: Position): void {
    const { state } = this.#floor;
    const { account } = state;
    const { symbol, positionSide } = position;
    const rate = fundingRateOf(listingOf(state, symbol).market);
    const share = shareOf(valuationOf(this.#floor, position).value, rate, 'down');
    const amount = inCents(position.amount > 0n ? negateMoney(share) : share);
    account.wallet = addMoney(account.wallet, amount);
    account.updatedMs = state.nowMs;
    const isolated = isIsolated(account, position);
    if (isolated) position.isolatedWallet = addMoney(position.isolatedWallet, amount);
    push(state.history.incomes, {
      transactionId: state.nextTransactionId,
      symbol,
      type: 'FUNDING_FEE',
      amount,
      timeMs: state.nowMs,
    });
    state.nextTransactionId += 1;
    // A cross position is not in the event, only the balance that it moved.
    this.#report.account('FUNDING_FEE', isolated ? [position] : [], amount);
    this.#report.record(symbol, {
      kind: 'funding',
      symbol,
      positionSide,
      rate: showRate(rate),
      amount: showMoney(amount),
      walletBalance: showMoney(account.wallet),
    });
  }
}

/** Eight decimals. */
const CENT = 10n ** 12n;
const inCents = (amount: Money): Money => ((amount / CENT) * CENT) as Money;
