import { createHash } from 'node:crypto';
import { signHeaders } from '@tidegate/presign';
import type { LinkEvent } from '@tidegate/presign/admin';
import type { Call } from '../core/command.ts';
import { CliError, Interrupted } from '../core/errors.ts';
import { connect } from './connection.ts';
import { type HttpAnswer, sendOnce } from './http-client.ts';
import { httpOptions } from './http-options.ts';
import { answerFailure } from './s3-answer.ts';
import { SseReader } from './sse-reader.ts';

/** What is listened to. */
export type EventFilter = { readonly link: string | undefined; readonly types: string | undefined };

const waitsMs = [500, 1_000, 2_000, 5_000, 10_000];
/** The server says something each 15 seconds, if only that it is there. */
const silenceMs = 45_000;

/**
 * Events of the server as they come. A stream that breaks is opened again behind the last event; one that could not be
 * opened at first is a failure.
 * @throws CliError, Interrupted
 */
export async function* openEvents(call: Call, filter: EventFilter): AsyncGenerator<LinkEvent, void, undefined> {
  let lastId: string | undefined;
  let failures = 0;
  for (;;) {
    let answer: HttpAnswer;
    try {
      answer = await open(call, filter, lastId);
    } catch (error) {
      if (lastId === undefined && failures === 0) throw error;
      if (!(error instanceof CliError)) throw error;
      failures += 1;
      await pause(waitsMs[Math.min(failures, waitsMs.length) - 1] ?? 0, call.world.interrupt);
      continue;
    }
    if (failures > 0) call.output.talk('  Reconnected.');
    failures = 0;
    const reader = new SseReader();
    try {
      for await (const chunk of answer.body) {
        const messages = reader.take(String(chunk));
        lastId = reader.lastId ?? lastId;
        for (const message of messages) {
          if (message.event === 'reset')
            call.output.warn('Some events were missed: there were more than the server keeps.');
          if (message.data === '' || message.event === 'reset') continue;
          // Sound: the server writes events in this shape.
          yield JSON.parse(message.data) as LinkEvent;
        }
      }
    } catch (error) {
      if (call.world.interrupt.aborted) throw new Interrupted();
      if (!(error instanceof Error)) throw error;
    }
    if (call.world.interrupt.aborted) throw new Interrupted();
    call.output.talk('  Connection lost; reconnecting.');
    failures = 1;
    await pause(waitsMs[0] ?? 0, call.world.interrupt);
  }
}

async function open(call: Call, { link, types }: EventFilter, lastId: string | undefined): Promise<HttpAnswer> {
  const connection = connect(call.flags, call.world);
  const query = Object.entries({ types, link })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
    .join('&');
  const url = `${connection.endpoint}/_/api/v1/events${query === '' ? '' : `?${query}`}`;
  const headers = signHeaders({
    method: 'GET',
    url,
    headers: { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) },
    payloadHash: createHash('sha256').update('').digest('hex'),
    credentials: connection.credentials,
    region: connection.region,
    at: new Date(call.world.nowMs()),
  });
  const answer = await sendOnce({ method: 'GET', url, headers }, { ...httpOptions(call), timeoutMs: silenceMs });
  if (answer.status === 200) {
    answer.body.setEncoding('utf8');
    return answer;
  }
  throw await answerFailure(answer, 'events', connection);
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new Interrupted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Interrupted());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, durationMs);
    signal.addEventListener('abort', stop, { once: true });
  });
}
