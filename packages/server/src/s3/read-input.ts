import { readDocument, refusal } from '@tidegate/protocol';
import type { Operation, RequestHead } from './operation.ts';

/** Reads the typed query and headers of an operation, as its declaration says. @throws S3Error InvalidArgument and others */
export function readInput(operation: Operation, head: RequestHead): Readonly<Record<string, unknown>> {
  const input: Record<string, unknown> = {};
  for (const name in operation.input) input[name] = operation.input[name]?.read(head);
  return input;
}

/** What an operation does with the body of its request. */
export function bodyUse(operation: Operation): 'stream' | 'document' | 'nothing' {
  if (operation.body === undefined) return 'nothing';
  return operation.body === 'stream' ? 'stream' : 'document';
}

/** The refusal of a document that is longer than its operation admits (SEC-412). */
export function documentTooLarge(operation: Operation): () => Error {
  return () =>
    typeof operation.body === 'object'
      ? refusal('MalformedXML', {})
      : refusal(
          'MaxMessageLengthExceeded',
          operation.maxBodyBytes === undefined ? {} : { MaxMessageLengthBytes: operation.maxBodyBytes },
        );
}

/** The document of a request, parsed by its operation's shape; text for an operation that reads text. @throws S3Error MalformedXML */
export function parseDocument(operation: Operation, bytes: Uint8Array): unknown {
  const { body } = operation;
  if (typeof body === 'object') {
    if (bytes.byteLength === 0 && body.presence === 'optional') return undefined;
    return readDocument(body.root, body.shape, bytes, { maxBytes: operation.maxBodyBytes ?? bytes.byteLength });
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
