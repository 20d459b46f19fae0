import type { Socket } from 'node:net';

/** Who wants to know, by connection. */
const waiting = new WeakMap<Socket, ((taken: boolean) => void)[]>();

/**
 * Calls back once it is known whether the client has read the answers so far. It has when it sends another request, or closes the
 * connection. A client that goes away with bytes unread resets it. For connections that the client may keep.
 */
export function whenTaken(socket: Socket, notify: (taken: boolean) => void): void {
  if (socket.destroyed) {
    notify(socket.errored === null);
    return;
  }
  const known = waiting.get(socket);
  if (known !== undefined) {
    known.push(notify);
    return;
  }
  const callbacks = [notify];
  waiting.set(socket, callbacks);
  socket.once('close', (hadError: boolean) => {
    callAll(callbacks, !hadError);
  });
}

/** A request came on this connection. */
export function noteNextRequest(socket: Socket): void {
  const callbacks = waiting.get(socket);
  if (callbacks !== undefined) callAll(callbacks, true);
}

function callAll(callbacks: ((taken: boolean) => void)[], taken: boolean): void {
  for (const notify of callbacks.splice(0)) notify(taken);
}
