import type { Socket } from 'node:net';

/** Who wants to know, by connection. */
const waiting = new WeakMap<Socket, (() => void)[]>();

/**
 * Calls back once the client shows that it has read the answers so far: it sends another request, or closes without a reset.
 * A client that goes away with bytes unread resets the connection, and then nobody is called.
 */
export function whenTaken(socket: Socket, taken: () => void): void {
  if (socket.destroyed) {
    if (socket.errored === null) taken();
    return;
  }
  const known = waiting.get(socket);
  if (known !== undefined) {
    known.push(taken);
    return;
  }
  const callbacks = [taken];
  waiting.set(socket, callbacks);
  socket.once('close', (hadError: boolean) => {
    if (!hadError) callAll(callbacks);
  });
}

/** A request came on this connection. */
export function noteNextRequest(socket: Socket): void {
  const callbacks = waiting.get(socket);
  if (callbacks !== undefined) callAll(callbacks);
}

function callAll(callbacks: (() => void)[]): void {
  for (const taken of callbacks.splice(0)) taken();
}
