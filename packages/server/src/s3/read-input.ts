import { readDocument, refusal } from '@tidegate/protocol';
import type { Fields, InputOf, Operation, Performable, RequestHead } from './operation.ts';

/** Reads the typed query and headers of an operation, as its declaration says. @throws S3Error InvalidArgument and others */
export function readInput(operation: Operation, head: RequestHead): Readonly<Record<string, unknown>> {
  return readFields(operation.input, head);
}

/** Reads declared members from the head of a request. @throws S3Error InvalidArgument and others */
export function readFields<F extends Fields>(fields: F, head: RequestHead): InputOf<F> {
  const input: Record<string, unknown> = {};
  for (const name in fields) input[name] = fields[name]?.read(head);
  // Sound: every member was read by its own declaration.
  return input as InputOf<F>;
}

/** What an operation does with the body of its request. */
export function bodyUse(operation: Pick<Performable, 'body'>): 'stream' | 'document' | 'nothing' {
  if (operation.body === undefined) return 'nothing';
  return operation.body === 'stream' ? 'stream' : 'document';
}

/** The refusal of a document that is longer than its operation admits (SEC-412). */
export function documentTooLarge(operation: Performable): () => Error {
  return () =>
    typeof operation.body === 'object'
      ? refusal('MalformedXML', {})
      : refusal(
          'MaxMessageLengthExceeded',
          operation.maxBodyBytes === undefined ? {} : { MaxMessageLengthBytes: operation.maxBodyBytes },
        );
}

/** The document of a request, parsed by its operation's shape; text for an operation that reads text. @throws S3Error MalformedXML */
export function parseDocument(operation: Performable, bytes: Uint8Array): unknown {
  const { body } = operation;
  if (typeof body === 'object') {
    if (bytes.byteLength === 0 && body.presence === 'optional') return undefined;
    return readDocument(body.root, body.shape, bytes, { maxBytes: operation.maxBodyBytes ?? bytes.byteLength });
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
