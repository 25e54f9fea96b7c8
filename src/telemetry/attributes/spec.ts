/** What the declaration of an attribute says. */

export interface AttributeSpec {
  readonly type: 'string' | 'int' | 'boolean' | 'strings';
  readonly meaning: string;
  /** The closed list of values; only attributes that have one may be metric labels. */
  readonly values?: readonly string[];
}

export const text = (meaning: string) => ({ type: 'string', meaning }) as const;
export const int = (meaning: string) => ({ type: 'int', meaning }) as const;
export const flag = (meaning: string) => ({ type: 'boolean', meaning }) as const;
export const list = (meaning: string) => ({ type: 'strings', meaning }) as const;
export const oneOf = <const V extends string>(values: readonly V[], meaning: string) =>
  ({ type: 'string', values, meaning }) as const;
export const intOf = <const V extends string>(values: readonly V[], meaning: string) =>
  ({ type: 'int', values, meaning }) as const;
