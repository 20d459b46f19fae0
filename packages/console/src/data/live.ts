import { useEffect, useSyncExternalStore } from 'react';
import { ownHeaders } from './api.ts';
import { queries, readAgain } from './hooks.ts';

/** Something that happened on the server. */
export type LiveEvent = { readonly id: string; readonly type: string; readonly link: string | null };

/** `live`: the stream is open; `polling`: this server has none, so it is asked; `paused`: it broke, and is tried again. */
export type LiveState =
  | { readonly kind: 'starting' | 'live' | 'polling' }
  | { readonly kind: 'paused'; sinceMs: number };

const pollMs = 10_000;
const firstRetryMs = 1_000;
const lastRetryMs = 15_000;

let state: LiveState = { kind: 'starting' };
const watchers = new Set<() => void>();
const listeners = new Set<(event: LiveEvent | 'poll') => void>();

/** How the page is kept up to date. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    () => state,
  );
}

/** Calls for each event while the component is shown; `poll`: something may have happened. Keep `take` stable. */
export function useLiveEvents(take: (event: LiveEvent | 'poll') => void): void {
  useEffect(() => {
    listeners.add(take);
    return () => {
      listeners.delete(take);
    };
  }, [take]);
}

function become(next: LiveState): void {
  if (next.kind === state.kind && next.kind !== 'paused') return;
  state = next;
  for (const tell of watchers) tell();
}

function tellAll(event: LiveEvent | 'poll'): void {
  for (const take of listeners) take(event);
}

/** Follows the server's events until the signal ends it. */
export async function followEvents(signal: AbortSignal): Promise<void> {
  let last: string | undefined;
  let retryMs = firstRetryMs;
  while (!signal.aborted) {
    const ended = await readStream(last, signal, (event) => {
      last = event.id;
      retryMs = firstRetryMs;
      tellAll(event);
    });
    if (ended === 'missing') {
      become({ kind: 'polling' });
      await sleep(pollMs, signal);
      tellAll('poll');
    } else if (ended === 'signed out') {
      return;
    } else {
      if (state.kind !== 'paused') become({ kind: 'paused', sinceMs: Date.now() });
      await sleep(retryMs, signal);
      retryMs = Math.min(retryMs * 2, lastRetryMs);
    }
  }
}

type Ended = 'broken' | 'missing' | 'signed out';

async function readStream(
  last: string | undefined,
  signal: AbortSignal,
  take: (event: LiveEvent) => void,
): Promise<Ended> {
  try {
    const answer = await fetch('/_/api/v1/events', {
      headers: { ...ownHeaders(), accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }) },
      signal,
    });
    if (answer.status === 401) return 'signed out';
    if (answer.status === 404 || answer.status === 403 || answer.status === 405) return 'missing';
    if (!answer.ok || answer.body === null) return 'broken';
    const wasPaused = state.kind === 'paused';
    become({ kind: 'live' });
    // What happened meanwhile is in the answers, if not in the stream.
    if (wasPaused) tellAll('poll');
    await readEvents(answer.body, take);
    return 'broken';
  } catch {
    // The connection is gone: it is tried again.
    return 'broken';
  }
}

async function readEvents(body: ReadableStream<Uint8Array>, take: (event: LiveEvent) => void): Promise<void> {
  const decoder = new TextDecoder();
  let held = '';
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    held += decoder.decode(value, { stream: true });
    const blocks = held.split(/\r?\n\r?\n/);
    held = blocks.pop() ?? '';
    for (const block of blocks) takeBlock(block, take);
  }
}

function takeBlock(block: string, take: (event: LiveEvent) => void): void {
  const fields = new Map<string, string>();
  for (const line of block.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name !== '')
      fields.set(name, name === 'data' && fields.has('data') ? `${fields.get('data')}\n${value}` : value);
  }
  if (fields.get('event') === 'reset') {
    tellAll('poll');
    return;
  }
  const data = fields.get('data');
  if (data === undefined) return;
  const event: unknown = JSON.parse(data);
  if (typeof event !== 'object' || event === null || !('type' in event)) return;
  const link = 'link' in event && typeof event.link === 'string' ? event.link : null;
  take({ id: fields.get('id') ?? '', type: String(event.type), link });
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

const reading = { due: new Set<string>(), timer: undefined as ReturnType<typeof setTimeout> | undefined };

addEventListener('online', () => {
  // Whatever failed while the machine was offline is asked again.
  void queries.invalidate();
});

/** Reads again what an event is about, at most twice a second: a busy link must not make a busy page. */
export function readAgainOn(event: LiveEvent | 'poll'): void {
  const kind = event === 'poll' ? 'poll' : (event.type.split('.')[0] ?? '');
  reading.due.add(kind);
  reading.timer ??= setTimeout(() => {
    reading.timer = undefined;
    const kinds = new Set(reading.due);
    reading.due.clear();
    const has = (...names: string[]): boolean => kinds.has('poll') || names.some((name) => kinds.has(name));
    const names = [
      ...(has('link', 'share', 'request', 'object')
        ? ([
            'readLink',
            'listLinkEvents',
            'listLinkClients',
            'listActivity',
            'readActivitySeries',
            'listRefusals',
          ] as const)
        : []),
      ...(has('share') ? (['listShares', 'readShare'] as const) : []),
      ...(has('request') ? (['listRequests', 'readRequest', 'listRequestUploads'] as const) : []),
      ...(has('key') ? (['listKeys', 'readKey'] as const) : []),
    ];
    readAgain(names).catch(() => {
      // Each query shows its own failure.
    });
  }, 500);
}
