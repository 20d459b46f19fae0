import { writeDocument } from '@tidegate/protocol';
import type { AnswerNote, WireAnswer } from '../http/wire.ts';
import type { Output, Performable } from './operation.ts';
import { contentAnswer } from './write-content.ts';

/** What an answer is made from, beside the output itself. */
export type OutputPlace = {
  readonly operation: Performable;
  readonly method: string;
  /** Headers of the bucket's CORS rule, where the request has an Origin that one fits. */
  readonly cors: readonly (readonly [name: string, value: string])[];
  /** The request was a link: no page that it leads to learns its URL. */
  readonly presigned: boolean;
  readonly objectCsp: string;
  readonly note: AnswerNote;
};

/** Turns what a handler gave back into an answer, as the operation's declaration says. */
export function writeOutput(output: Output<unknown>, place: OutputPlace): WireAnswer | Promise<WireAnswer> {
  const { operation } = place;
  const headers: [string, string][] = [];
  for (const name in output.headers) {
    const value = output.headers[name];
    if (value !== undefined) headers.push([operation.output.headers?.[name] ?? name, String(value)]);
  }
  for (const [name, value] of place.cors) headers.push([name, value]);
  if (place.presigned) headers.push(['Referrer-Policy', 'no-referrer']);
  if (output.content !== undefined) return contentAnswer(output.content, headers, place);

  const note = output.failure === undefined ? place.note : { ...place.note, bug: output.failure };
  const status = output.status ?? operation.output.status ?? 200;
  const shape = operation.output.document;
  if (shape !== undefined && output.document !== undefined) {
    headers.push(['Content-Type', 'application/xml']);
    // Sound: a handler's document is of the shape that its own declaration names.
    const body = writeDocument(shape.root, shape.shape, output.document as never, { namespace: shape.namespace });
    return { status, headers, body, note };
  }
  if (output.stream !== undefined) {
    const { body } = output.stream;
    if (place.method !== 'HEAD') return { status, headers, body, note };
    headers.push(['Content-Length', String(body.sizeBytes)]);
    return { status, headers, body: undefined, note };
  }
  if (output.text !== undefined) headers.push(['Content-Type', output.text.contentType]);
  return { status, headers, body: output.text?.text, note };
}
