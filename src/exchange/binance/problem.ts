/** What goes wrong without being anyone's answer: told to the owner of the adapter, never thrown. */

import type { ClientOrderId } from '#core/ids.ts';

export type ProblemCode =
  /** A setting of the account was changed to the wanted one. */
  | 'account_changed'
  /** A setting of the account differs from the wanted one and could not be changed now. */
  | 'account_unchanged'
  /** An answer or a stream message is not what the documentation says. */
  | 'malformed_answer'
  | 'malformed_message'
  /** The account has orders that this engine did not make. */
  | 'foreign_order'
  /** The exchange asks for a pause: requests are held back. */
  | 'rate_limited'
  /** Nothing is sent until the ban is over. */
  | 'banned'
  /** A refusal that lasts until a person has changed key or account. */
  | 'operator_needed'
  | 'stream_lost'
  | 'listen_key_failed'
  | 'clock_resynchronised'
  | 'clock_jumped'
  | 'clock_failed'
  /** The stream announced news of an order that could not be fetched. */
  | 'news_unread'
  /** An order was found and its trades were not. */
  | 'trades_unread';

/** The order, where the problem is about one. */
export type OnProblem = (code: ProblemCode, detail: string, order?: ClientOrderId) => void;
