/** What the journal and the thread that writes its file tell each other. Each message is answered, in order. */

import type { Seq } from '#core/ids.ts';
import type { StoredEntry } from '../codec.ts';
import type { JournalFault, Snapshot } from '../port.ts';
import type { Verified } from './chain.ts';
import type { KeyFilter } from './key-filter.ts';

export type ToWriter =
  | {
      readonly type: 'commit';
      readonly entries: readonly StoredEntry[];
      /** All receipts up to the end of these entries are to be brought into the index, along with what follows. */
      readonly index: boolean;
    }
  | { readonly type: 'save'; readonly snapshot: Snapshot }
  | { readonly type: 'close' };

export type FromWriter =
  | ({ readonly type: 'opened'; readonly filter: KeyFilter['bytes'] } & Pick<Verified, 'head' | 'unindexed'>)
  /** `indexed`: what was to be brought into the index is there. */
  | { readonly type: 'committed'; readonly entries: number; readonly indexed: boolean }
  | { readonly type: 'saved' }
  | Failed;

/** The last message: the writer has let go of the file. */
export interface Failed {
  readonly type: 'failed';
  readonly fault: JournalFault;
  readonly message: string;
  readonly seq: Seq | undefined;
}

export interface WriterStart {
  readonly path: string;
}
