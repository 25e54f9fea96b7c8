/**
 * Which regular order belongs to which conditional one. When a conditional order triggers, the exchange makes a
 * regular order of it, the child. What happens to the child is news of the conditional order. The documentation
 * does not say which client id the child has (observed: that of the conditional order), so both ways are kept.
 */

const ORDERS_MAX = 10_000;

export interface Parent {
  readonly clientAlgoId: string;
  readonly algoId: string;
}

export class Conditionals {
  readonly #byClientId = new Map<string, Parent>();
  readonly #byChildId = new Map<string, Parent>();
  readonly #endedChildren = new Map<string, true>();

  /** A conditional order exists. */
  learn(parent: Parent): void {
    remember(this.#byClientId, parent.clientAlgoId, parent);
  }

  /** A conditional order has become this regular one. */
  learnChild(parent: Parent, childOrderId: string): void {
    this.learn(parent);
    remember(this.#byChildId, childOrderId, parent);
  }

  /** @param clientOrderId the client id that the regular order carries */
  parentOf(childOrderId: string, clientOrderId: string): Parent | undefined {
    return this.#byChildId.get(childOrderId) ?? this.#byClientId.get(clientOrderId);
  }

  /** The end of a child has been reported. */
  endChild(childOrderId: string): void {
    remember(this.#endedChildren, childOrderId, true);
  }

  hasEnded(childOrderId: string): boolean {
    return this.#endedChildren.has(childOrderId);
  }
}

/** Forgets the oldest when full. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= ORDERS_MAX) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
