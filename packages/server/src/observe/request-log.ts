import type { Handled } from '../http/listener.ts';
import { type Log, type LogFields, RedactedText } from './log.ts';
import type { Metrics } from './metrics.ts';
import { needsRedaction } from './redact-text.ts';

/** Most lines of refusals in a second; what is beyond is told by its number (SEC-910). */
const maxRefusalLines = 200;

/** Makes what tells log and metrics of each answered request. */
export function requestReporter(
  log: Log,
  metrics: Pick<Metrics, 'count'>,
  logRequests: boolean,
): (handled: Handled) => void {
  const refusals = new RefusalLines(log);
  return (handled) => {
    const { answer, sent, startedMs, endedMs } = handled;
    const { note } = answer;
    metrics.count({
      operation: note.operation ?? 'unknown',
      status: answer.status,
      seconds: (endedMs - startedMs) / 1000,
      bytesIn: handled.bytesIn,
      bytesOut: sent.bytes,
      reason: note.reason,
    });
    if (note.bug !== undefined) log.error('a request failed unforeseen', requestFields(handled), note.bug);
    else if (sent.error !== undefined) {
      log.error('an answer was cut: its rest could not be had', requestFields(handled), sent.error);
    } else if (logRequests && log.isOn('info') && (answer.status < 400 || refusals.admit(endedMs))) {
      log.info('request', requestFields(handled));
    }
  };
}

/** A flood of refused requests fills neither log nor disk: so many lines a second, then their number (SEC-910). */
class RefusalLines {
  readonly #log: Log;
  #secondStartMs = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #left = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether one more line fits. @param nowMs monotonic */
  admit(nowMs: number): boolean {
    if (nowMs - this.#secondStartMs >= 1000) {
      if (this.#left > 0) this.#log.warn('refused requests were not logged one by one', { count: this.#left });
      this.#secondStartMs = nowMs;
      this.#lines = 0;
      this.#left = 0;
    }
    this.#lines += 1;
    if (this.#lines <= maxRefusalLines) return true;
    this.#left += 1;
    return false;
  }
}

function requestFields({ wire, answer, sent, startedMs, answeredMs, endedMs }: Handled): LogFields {
  const { note } = answer;
  const mark = wire.target.indexOf('?');
  return {
    id: wire.requestId,
    method: wire.method,
    path: mark === -1 ? wire.target : wire.target.slice(0, mark),
    query: mark === -1 ? undefined : redactedQuery(wire.target.slice(mark + 1), note.link),
    op: note.operation,
    status: answer.status,
    code: note.code,
    bytes: sent.bytes,
    ms: round(endedMs - startedMs),
    ttfb: round(answeredMs - startedMs),
    client: wire.client.address,
    ua: userAgent(wire.rawHeaders),
    key: note.accessKeyId,
    link: note.link,
    reason: note.reason ?? null,
    cut: sent.outcome === 'cut' ? true : undefined,
  };
}

const signatureParameter = 'X-Amz-Signature=';

/**
 * A query without what would let its reader use the link (SEC-805). A link that was verified has its name already, and its
 * signature is where every signer puts it: it is written here, for a tenth of what `redactText` costs. Anything else goes there.
 */
function redactedQuery(query: string, link: string | undefined): string | RedactedText {
  const at = link === undefined ? -1 : query.indexOf(signatureParameter);
  if (at === -1) return query;
  const start = at + signatureParameter.length;
  const [before, after] = [query.slice(0, at), query.slice(start + 64)];
  if (needsRedaction(before) || needsRedaction(after)) return query;
  return new RedactedText(`${before}${signatureParameter}[${link}]${after}`);
}

function userAgent(rawHeaders: readonly string[]): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 10 && name.toLowerCase() === 'user-agent') return rawHeaders[at + 1];
  }
  return undefined;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
