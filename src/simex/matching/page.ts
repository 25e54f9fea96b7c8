/** Pages of history by the parameters that the REST endpoints of every venue take. */

const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 1000;

/** A page of history: newest `limit` entries unless a starting id or time is given. */
export interface PageParams {
  readonly symbol?: string | undefined;
  readonly startTime?: string | undefined;
  readonly endTime?: string | undefined;
  readonly limit?: string | undefined;
}

interface Dated {
  readonly id: number;
  readonly symbol: string;
  readonly timeMs: number;
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';

/** The oldest entries from a given id or time on, else the newest ones; always oldest first. */
export function page<T, Refusal>(
  entries: Iterable<T>,
  describe: (entry: T) => Dated,
  params: PageParams,
  fromId: string | undefined,
  invalidParameter: (name: string) => Refusal,
): T[] | Refusal {
  const limit = isGiven(params.limit) ? Number(params.limit) : LIMIT_DEFAULT;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) return invalidParameter('limit');
  const from = isGiven(fromId) ? Number(fromId) : 0;
  const start = isGiven(params.startTime) ? Number(params.startTime) : 0;
  const end = isGiven(params.endTime) ? Number(params.endTime) : Number.MAX_SAFE_INTEGER;
  if (!(from >= 0)) return invalidParameter('orderId');
  if (!(start >= 0 && end >= start)) return invalidParameter('startTime');

  const found: T[] = [];
  for (const entry of entries) {
    const { id, symbol, timeMs } = describe(entry);
    if (params.symbol !== undefined && symbol !== params.symbol) continue;
    if (id >= from && timeMs >= start && timeMs <= end) found.push(entry);
  }
  return from > 0 || start > 0 ? found.slice(0, limit) : found.slice(-limit);
}
