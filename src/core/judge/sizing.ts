/** How much an entry is to be: what the signal names, or what the rules make of the equity. */

import {
  divideMoney,
  type Money,
  money,
  type Price,
  type Quantity,
  quantity,
  quantityFor,
  rate,
  rateBetween,
  shareOf,
} from '../money.ts';
import type { EntryRules } from '../settings.ts';
import type { Signal } from '../signal.ts';

export interface Size {
  readonly quantity: Quantity;
  /** Where the signal does not name the quantity itself: in words, for the explanation. */
  readonly why?: string;
}

/**
 * @param reference the price that the entry is reckoned at
 * @param stop where its stop will be: what the size by risk is measured by
 */
export function sizeOf(
  signal: Signal,
  rules: EntryRules,
  equity: Money,
  reference: Price,
  stop: Price,
): Size {
  if (signal.quantity !== undefined) return { quantity: quantity(signal.quantity) };
  const { value, why } = valueOf(signal, rules, equity, reference, stop);
  return { quantity: quantityFor(value, reference, 'down'), why };
}

interface Value {
  readonly value: Money;
  readonly why: string;
}

function valueOf(signal: Signal, rules: EntryRules, equity: Money, reference: Price, stop: Price): Value {
  if (signal.quoteQuantity !== undefined) {
    return {
      value: money(signal.quoteQuantity),
      why: `the signal asks for ${signal.quoteQuantity} of the quote asset`,
    };
  }
  if (signal.equityRate !== undefined) {
    return {
      value: shareOf(equity, rate(signal.equityRate), 'down'),
      why: `the signal asks for ${signal.equityRate} of the equity`,
    };
  }
  const { value, why } = chosen(signal, rules, equity, reference, stop);
  const weighted = shareOf(value, rate(rules.weight), 'down');
  const most = rules.orderNotionalMax === undefined ? weighted : money(rules.orderNotionalMax);
  const weight = rules.weight === '1' ? '' : `, times the weight ${rules.weight}`;
  if (weighted <= most) return { value: weighted, why: `${why}${weight}` };
  return { value: most, why: `${why}${weight}, cut to the limit of ${rules.orderNotionalMax}` };
}

function chosen(
  { confidence }: Signal,
  rules: EntryRules,
  equity: Money,
  reference: Price,
  stop: Price,
): Value {
  const { sizing, orderNotional, orderEquityRate, orderRiskRate } = rules;
  const share = shareOf(equity, rate(orderEquityRate), 'down');
  switch (sizing) {
    case 'fixed':
      return {
        value: money(orderNotional),
        why: `sized by the engine to ${orderNotional} of the quote asset`,
      };
    case 'equity':
      return { value: share, why: `sized by the engine to ${orderEquityRate} of the equity` };
    case 'confidence':
      return {
        value: shareOf(share, rate(confidence), 'down'),
        why: `sized by the engine to ${orderEquityRate} of the equity times the confidence`,
      };
    case 'risk': {
      const distance = rateBetween(...sorted(reference, stop), reference);
      const risk = shareOf(equity, rate(orderRiskRate), 'down');
      return {
        value: divideMoney(risk, distance, 'down'),
        why: `sized by the engine so that the stop loses ${orderRiskRate} of the equity`,
      };
    }
  }
}

const sorted = (a: Price, b: Price): [Price, Price] => (a < b ? [a, b] : [b, a]);
