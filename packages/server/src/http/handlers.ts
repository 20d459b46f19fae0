import type { WireAnswer, WireRequest } from './wire.ts';

/** What stands behind the two listeners. */
export type Handlers = {
  /** Whether requests are taken and the store answers. */
  readonly isReady: () => boolean;
  /** The bucket that the host of a request names, if any: under it `/_/` is a key like any other. */
  readonly bucketOfHost: (wire: WireRequest) => string | undefined;
  readonly s3: (wire: WireRequest) => Promise<WireAnswer>;
  /** The console: its pages, its session, and the admin API for who is signed in. */
  readonly console: (wire: WireRequest) => Promise<WireAnswer>;
  readonly admin: (wire: WireRequest) => Promise<WireAnswer>;
  /** `/s/…`: shares and file requests. */
  readonly shares: (wire: WireRequest) => Promise<WireAnswer>;
  /** Public keys that receipts are verified with, as JSON. */
  readonly receiptKeys: string;
  /** Absent: switched off. */
  readonly metrics: ((wire: WireRequest) => Promise<WireAnswer>) | undefined;
};

/** Answers of the S3 listener: health, admin API, pages to come, and S3. */
export function routeS3Listener(handlers: Handlers): (wire: WireRequest) => Promise<WireAnswer> {
  return (wire) => {
    const { target } = wire;
    // One character decides for nearly every request.
    const second = target.charCodeAt(1);
    if (second === 0x5f && isUnder(target, '/_') && handlers.bucketOfHost(wire) === undefined)
      return routeOwnPath(wire, handlers);
    if (second === 0x73 && isUnder(target, '/s') && handlers.bucketOfHost(wire) === undefined) {
      return handlers.shares(wire);
    }
    return handlers.s3(wire);
  };
}

/** Answers of the console listener: health, metrics and the console; no S3. */
export function routeConsoleListener(handlers: Handlers): (wire: WireRequest) => Promise<WireAnswer> {
  return (wire) => {
    const health = healthAnswer(wire, handlers);
    if (health !== undefined) return Promise.resolve(health);
    if (pathOf(wire.target) === '/_/metrics' && handlers.metrics !== undefined) return handlers.metrics(wire);
    return handlers.console(wire);
  };
}

function routeOwnPath(wire: WireRequest, handlers: Handlers): Promise<WireAnswer> {
  const health = healthAnswer(wire, handlers);
  if (health !== undefined) return Promise.resolve(health);
  if (wire.target.startsWith('/_/api/')) return handlers.admin(wire);
  if (pathOf(wire.target) === '/_/keys.json') return Promise.resolve(keysAnswer(wire, handlers.receiptKeys));
  return Promise.resolve(plain(404, 'Not found.'));
}

/** SHR-24. Public: anyone with a receipt may check it. */
function keysAnswer({ method }: WireRequest, keys: string): WireAnswer {
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET and HEAD.', ['Allow', 'GET, HEAD']);
  return {
    status: 200,
    headers: [
      ['Content-Type', 'application/json'],
      ['Cache-Control', 'no-cache'],
      ['Access-Control-Allow-Origin', '*'],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body: keys,
    note: { operation: 'ReceiptKeys' },
  };
}

/** Says `ok` or `not ready` and nothing more (SEC-312). */
function healthAnswer(wire: WireRequest, handlers: Handlers): WireAnswer | undefined {
  const path = pathOf(wire.target);
  if (path !== '/_/health/live' && path !== '/_/health/ready') return undefined;
  if (wire.method !== 'GET' && wire.method !== 'HEAD') return plain(405, 'Only GET and HEAD.', ['Allow', 'GET, HEAD']);
  return path === '/_/health/live' || handlers.isReady() ? plain(200, 'ok') : plain(503, 'not ready');
}

/** Whether the path is `prefix` or below it. */
function isUnder(target: string, prefix: string): boolean {
  const next = target.charAt(prefix.length);
  return target.startsWith(prefix) && (next === '' || next === '/' || next === '?');
}

function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}

/** A short text as an answer. */
export function plain(status: number, text: string, ...headers: readonly [string, string][]): WireAnswer {
  return {
    status,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Cache-Control', 'no-store'],
      ['X-Content-Type-Options', 'nosniff'],
      ...headers,
    ],
    body: `${text}\n`,
    note: { operation: status === 200 || status === 503 ? 'Health' : 'None' },
  };
}
