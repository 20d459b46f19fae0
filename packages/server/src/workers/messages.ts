/** What the first process tells a worker. `Start` is what a worker needs to begin, `Given` the settings that were read again. */
export type ToWorker<Start, Given = unknown> =
  | { readonly kind: 'start'; readonly start: Start }
  /** Everything is there: requests may be answered. */
  | { readonly kind: 'serve' }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  | { readonly kind: 'answer-of-first'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'release-writes' }
  | { readonly kind: 'settings'; readonly given: Given }
  /** `graceful`: finish what runs; `now`: cut it. */
  | { readonly kind: 'stop'; readonly how: 'graceful' | 'now' };

/** What the first process may want to know or have done, each answered once. */
export type Question =
  | { readonly about: 'metrics' }
  | { readonly about: 'pins'; readonly lists: readonly number[] }
  | { readonly about: 'hold-writes' }
  | CutQuestion;

/** How many transfers were ended for what links are judged by and changed after `epoch`, looked at now. */
export type CutQuestion = { readonly about: 'cut'; readonly sinceEpoch: number };

/** What a worker may want to know of all other processes. */
export type QuestionToFirst = CutQuestion;

/** What a worker tells. */
export type FromWorker =
  /** It listens, at these ports in the order of its addresses. */
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  /** It cannot start, for a reason that an operator can put right (`code`), or another. */
  | { readonly kind: 'cannot-start'; readonly code: string; readonly message: string; readonly hint: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'ask-first'; readonly id: number; readonly question: QuestionToFirst }
  /** Its disk failed to keep what was written: no process of the server may go on (REL-15). */
  | { readonly kind: 'failed'; readonly message: string };

const kinds = ['listening', 'cannot-start', 'answer', 'ask-first', 'failed'];

/** Whether a message is one of ours: both ends are the same program, so its kind says what is in it. */
export function isFromWorker(message: unknown): message is FromWorker {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    typeof message.kind === 'string' &&
    kinds.includes(message.kind)
  );
}
