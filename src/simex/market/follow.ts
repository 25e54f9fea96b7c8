/** Prices from outside, as they enter the exchange: one call of plain text for what has happened since the last. */

/** Price and quantity as text. */
export type LevelText = readonly [price: string, quantity: string];
/** Price, quantity, and whether the seller was the one who took. */
export type DealText = readonly [price: string, quantity: string, buyerIsMaker: boolean];

/** What became of one symbol. With nothing but the symbol it says that the price still stands. */
export interface MarketUpdate {
  readonly symbol: string;
  /** In the order in which they were made. */
  readonly deals?: readonly DealText[];
  readonly quotes?: { readonly bid: LevelText; readonly ask: LevelText };
  /** Without one, the mark price goes smoothly after the price. */
  readonly mark?: string;
}

/** Which source the prices come from and how far it has come, in its own time: a restart goes on from there. */
export interface Followed {
  readonly source: string;
  readonly sourceMs: number;
}

export interface MarketBatch {
  readonly followed: Followed;
  readonly updates: readonly MarketUpdate[];
}
