import { signHeaders } from '@tidegate/presign';
import { sha256Hex } from '@tidegate/presign/internal';
import type { TestServer } from '../test-server.ts';

/** An event as the stream shows it. */
export type Heard = {
  readonly id: string;
  readonly type: string;
  readonly link: string | null;
  readonly count: number;
  readonly reason: string | null;
  readonly bytes: number;
  readonly client: { readonly address: string; readonly userAgent: string };
  readonly data: Readonly<Record<string, unknown>> | null;
};

/** Somebody who listens to the stream. */
export type Listener = {
  readonly status: number;
  readonly heard: readonly Heard[];
  /** Messages that are no events: `reset`. */
  readonly told: readonly string[];
  /** The id that it would go on behind. */
  readonly lastId: () => string;
  /** Resolves when what was heard is as wanted. A stream that ends before fails. */
  until(isThere: (heard: readonly Heard[]) => boolean): Promise<readonly Heard[]>;
  ended(): Promise<void>;
  close(): void;
};

export type ListenOptions = {
  readonly lastEventId?: string;
  readonly credentials?: TestServer['credentials'];
  readonly endpoint?: string;
};

/** What somebody who waits for what does not come is told after so long. */
const patienceMs = 30_000;

/** Listens to the events of a server. Resolves when it does: what happens from then on is heard. */
export async function listen(server: TestServer, query = '', options: ListenOptions = {}): Promise<Listener> {
  const url = `${options.endpoint ?? server.endpoint}/_/api/v1/events${query}`;
  const headers = signHeaders({
    method: 'GET',
    url,
    headers: {
      accept: 'text/event-stream',
      ...(options.lastEventId !== undefined && { 'last-event-id': options.lastEventId }),
    },
    payloadHash: sha256Hex(''),
    credentials: options.credentials ?? server.credentials,
    region: 'us-east-1',
  });
  delete headers['host'];
  const control = new AbortController();
  const answer = await fetch(url, { headers, signal: control.signal });
  const state = {
    heard: [] as Heard[],
    told: [] as string[],
    lastId: '',
    isEnded: false,
    changed: (): void => undefined,
  };
  const reading = read(answer, state).catch(() => undefined);
  const ended = reading.then(() => {
    state.isEnded = true;
    state.changed();
  });
  const wait = async (isThere: () => boolean, what: () => string): Promise<void> => {
    const until = performance.now() + patienceMs;
    while (!isThere()) {
      if (performance.now() > until) throw new Error(`Not heard in time. ${what()}`);
      if (state.isEnded) throw new Error(`The stream ended. ${what()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        state.changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const said = (): string => JSON.stringify(state.heard.map(({ type, link }) => [type, link]));
  if (answer.status === 200) await wait(() => state.lastId !== '', said);
  return {
    status: answer.status,
    heard: state.heard,
    told: state.told,
    lastId: () => state.lastId,
    async until(isThere) {
      await wait(() => isThere(state.heard), said);
      return state.heard;
    },
    ended: () => ended,
    close: () => control.abort(),
  };
}

async function read(
  answer: Response,
  state: { heard: Heard[]; told: string[]; lastId: string; changed: () => void },
): Promise<void> {
  let text = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const fields = new Map(
        message.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      state.lastId = fields.get('id') ?? state.lastId;
      const data = fields.get('data');
      if (fields.has('event')) state.told.push(fields.get('event') ?? '');
      else if (data !== undefined) state.heard.push(JSON.parse(data));
    }
    state.changed();
  }
}
