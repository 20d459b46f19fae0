import type { WireAnswer } from '../http/wire.ts';
import { type Admission, type Entrance, emptyBody, type Progress } from './admission.ts';
import { corsHeaders } from './cors.ts';
import { eventOrigin } from './event-origin.ts';
import { claimRead, claimWrite, isWrite, partOf, toolsFor } from './link-use.ts';
import { tellEvents } from './operation-events.ts';
import { bodyUse, documentTooLarge, parseDocument } from './read-input.ts';
import type { Server } from './server.ts';
import { writeOutput } from './write-output.ts';

/**
 * The life of every request: S3, grants, resumable uploads, shares and file requests. An entrance admits it, `perform` does what was
 * admitted, and the entrance concludes the response. Every refusal is thrown as an S3Error or a refusal that the entrance knows;
 * anything else that is thrown is a bug or a StoreFailure. What was claimed of a link is settled or released in any case.
 */
export async function handle<P extends Progress>(
  progress: P,
  entrance: Entrance<P>,
  server: Server,
): Promise<WireAnswer> {
  try {
    const admitted = await entrance.admit(progress, server);
    const response = isResponse(admitted) ? admitted : await perform(admitted, progress, server);
    return entrance.conclude(response, progress, server);
  } catch (error) {
    progress.use?.giveBack(progress.takenBytes?.());
    return entrance.conclude(await entrance.refuse(error, progress, server), progress, server);
  }
}

/**
 * Claims, reads the body, calls the operation, settles, reports events, and writes the response. Nothing waits that need not: most
 * requests have no limits, no document and no webhooks.
 * @throws S3Error
 */
async function perform(admission: Admission, progress: Progress, server: Server): Promise<WireAnswer> {
  const { body } = admission;
  try {
    return await run(admission, progress, server);
  } finally {
    const closing = body?.close();
    if (closing !== undefined) await closing;
  }
}

async function run(admission: Admission, progress: Progress, server: Server): Promise<WireAnswer> {
  const { operation, permit, input, caller, bucketUrl, body, consumes, adapt } = admission;
  const { wire, use } = progress;
  const write = use !== undefined && consumes === 'operation' && isWrite(operation) ? use : undefined;
  if (write !== undefined && body !== undefined) {
    const claiming = claimWrite(write, operation, body, wire); //             LinkUsesSpent, EntityTooLarge
    progress.takenBytes = claiming instanceof Promise ? await claiming : claiming;
  }
  const reading = readDocument(admission, server); //                         MalformedXML, BadDigest
  // Sound: made by the declaration whose handler takes it.
  const document = (reading instanceof Promise ? await reading : reading) as never;
  const output = await operation.handle(
    { target: permit.target, permit, input, caller, bucketUrl, body: body ?? emptyBody, document },
    write === undefined ? server.tools : toolsFor(write, wire, server),
  );
  write?.settle(progress.takenBytes?.() ?? 0);
  if (output.events !== undefined) {
    const origin = eventOrigin(admission.principalId, wire, server);
    const reporting = tellEvents(server.tools, permit.target.bucket, output.events, origin);
    if (reporting !== undefined) await reporting;
  }
  const matching = corsHeaders(wire, admission.corsBucket ?? '', server);
  const cors = matching instanceof Promise ? await matching : matching;
  const { presigned } = caller;
  const { objectCsp } = server;
  const place = { operation, method: wire.method, cors, presigned, objectCsp, note: progress.note };
  const writing = writeOutput(output, place);
  const written = writing instanceof Promise ? await writing : writing;
  const response = adapt === undefined ? written : adapt(written);
  if (use === undefined || write !== undefined || consumes === 'self') return response;
  return await claimRead(use, wire, response, consumes === 'free' ? 'free' : partOf(output)); // LinkUsesSpent, LinkClientsSpent, LinkBytesSpent
}

/** The document of a request, or empty text once a body that nobody wants was judged. A promise only where bytes are read. */
function readDocument({ operation, body }: Admission, server: Server): unknown {
  const use = bodyUse(operation);
  if (use === 'stream' || body === undefined) return '';
  if (use === 'nothing') return body.judgeUnwanted()?.then(() => '') ?? '';
  const maxBytes = operation.maxBodyBytes ?? server.bodyLimits.maxXmlBytesConfig;
  return body.bytes(maxBytes, documentTooLarge(operation)).then((bytes) => parseDocument(operation, bytes));
}

function isResponse(admitted: Admission | WireAnswer): admitted is WireAnswer {
  return 'status' in admitted;
}
