import type { Readable } from 'node:stream';

/** A request as it came off the wire, as far as its caller and its body are judged. */
export type Received = {
  /** Upper case, as received. */
  readonly method: string;
  /** Raw (SIG-1). */
  readonly target: string;
  /** name, value, name, value: as received, a character for a byte. */
  readonly rawHeaders: readonly string[];
  readonly body: Readable;
  /** What a trusted proxy says the client asked for (SIG-17). */
  readonly forwardedHost: string | undefined;
  /** Sends `100 Continue` when the client waits for it (SEC-423). */
  readonly expectBody: () => void;
};

/** The value of a header by its lower-case name, trimmed; repeated ones joined by a comma. Undefined when it was not sent. */
export function receivedHeader(rawHeaders: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const candidate = rawHeaders[at] ?? '';
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    const value = (rawHeaders[at + 1] ?? '').trim();
    found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}
