import { refusal, S3Error } from '@tidegate/protocol';

/** What speaks to a link with `x-link-resumable`: tus 1.0, or the drafts of the IETF for resumable uploads. */
export type Dialect = 'tus' | 'draft';

/** What a request wants of the upload of its link (LNK-50). */
export type ResumableAsk = {
  readonly dialect: Dialect;
  readonly action: 'create' | 'look' | 'append' | 'end';
  /** Where the bytes of an append begin. */
  readonly offsetBytes: number;
  /** Size of the whole, where it is said. */
  readonly lengthBytes: number | undefined;
  /** Declared size of the body; undefined: it tells its end itself. */
  readonly bodyBytes: number | undefined;
  /** Whether the body, if there is one, belongs to the file. */
  readonly hasBytes: boolean;
  /** Whether the file ends with this request; undefined: its length says so (tus). */
  readonly isLast: boolean | undefined;
  /** Media type of the file, where the creation says it. */
  readonly type: string | undefined;
  /** `Upload-Metadata`, as it came. */
  readonly metadata: string | undefined;
  /** `Upload-Checksum`: of the body of this request alone. */
  readonly checksum: BodyChecksum | undefined;
  /** `Upload-Draft-Interop-Version`; undefined: the client names none. */
  readonly interop: number | undefined;
};

export type BodyChecksum = { readonly algorithm: 'md5' | 'sha1' | 'sha256'; readonly base64: string };

/** A header by its lower-case name. */
export type HeaderOf = (name: string) => string | undefined;

/** Draft versions that are understood, by the number that the drafts give their interoperability. */
const oldestInterop = 3;
export const newestInterop = 8;

const bytesOfTus = 'application/offset+octet-stream';
const bytesOfDraft = 'application/partial-upload';
const maxMetadataBytes = 8192;

/**
 * The method that a request on a resumable link acts by; undefined: it is an ordinary one, such as a plain PUT (LNK-50).
 * @param query decoded, of the URL
 */
export function resumableMethod(
  method: string,
  query: readonly (readonly [name: string, value: string])[],
  header: HeaderOf,
): string | undefined {
  if (!isResumableLink(query)) return undefined;
  if (method === 'PUT') return draftSays(header) === undefined ? undefined : 'PUT';
  if (method !== 'POST') return method === 'HEAD' || method === 'PATCH' || method === 'DELETE' ? method : undefined;
  // tus: for clients whose platform has no PATCH.
  const meant = header('x-http-method-override')?.toUpperCase();
  return meant === 'PATCH' || meant === 'DELETE' || meant === 'HEAD' ? meant : 'POST';
}

/** Whether a URL says that it is one for a whole upload. Its signature decides whether that counts. */
export function isResumableLink(query: readonly (readonly [name: string, value: string])[]): boolean {
  return (
    query.some(([name, value]) => name === 'x-link-resumable' && value === '1') &&
    query.some(([name]) => name === 'X-Amz-Signature')
  );
}

/** Reads what is asked. @throws S3Error */
export function readAsk(method: string, header: HeaderOf): ResumableAsk {
  const isTus = header('tus-resumable') !== undefined;
  if (isTus && header('tus-resumable') !== '1.0.0') {
    throw new ProtocolRefusal(412, 'Only version 1.0.0 of tus is spoken here.', { 'tus-version': '1.0.0' });
  }
  const bodyBytes = readNumber('content-length', header('content-length'));
  const hasBody = (bodyBytes ?? 0) > 0 || header('transfer-encoding') !== undefined;
  const said = {
    bodyBytes: hasBody ? bodyBytes : 0,
    lengthBytes: readNumber('upload-length', header('upload-length')),
  };
  return isTus ? readTus(method, header, said, hasBody) : readDraft(method, header, said, hasBody);
}

type Said = Pick<ResumableAsk, 'bodyBytes' | 'lengthBytes'>;

function readTus(method: string, header: HeaderOf, said: Said, hasBody: boolean): ResumableAsk {
  const action = actionOf(method);
  const contentType = header('content-type')?.toLowerCase();
  if (action === 'append' && contentType !== bytesOfTus) throw unsupportedType(bytesOfTus);
  if (action === 'create') {
    const defers = header('upload-defer-length') === '1';
    if (defers === (said.lengthBytes !== undefined)) {
      throw refusal('InvalidRequest', {}, undefined, 'A creation says either Upload-Length or Upload-Defer-Length: 1.');
    }
  }
  const metadata = header('upload-metadata');
  if (metadata !== undefined && Buffer.byteLength(metadata) > maxMetadataBytes) {
    throw refusal('InvalidRequest', {}, undefined, 'Upload-Metadata is too long.');
  }
  return {
    ...said,
    dialect: 'tus',
    action,
    offsetBytes: action === 'append' ? neededOffset(header) : 0,
    hasBytes: action === 'append' || (hasBody && contentType === bytesOfTus),
    isLast: undefined,
    type: typeOf(metadata),
    metadata,
    checksum: readChecksum(header('upload-checksum')),
    interop: undefined,
  };
}

function readDraft(method: string, header: HeaderOf, said: Said, hasBody: boolean): ResumableAsk {
  const action = actionOf(method);
  const interop = readNumber('upload-draft-interop-version', header('upload-draft-interop-version'));
  const isLast = draftSays(header);
  const contentType = header('content-type');
  if (action === 'create' && isLast === undefined) {
    const words = 'A creation says Tus-Resumable, or Upload-Complete; a file that is sent whole is sent by PUT.';
    throw refusal('InvalidRequest', {}, undefined, words);
  }
  if (action === 'append') {
    const isNew = interop === undefined || interop >= 6;
    if (isNew && contentType !== undefined && !contentType.toLowerCase().startsWith(bytesOfDraft)) {
      throw unsupportedType(bytesOfDraft);
    }
  }
  return {
    ...said,
    dialect: 'draft',
    action,
    offsetBytes: action === 'append' ? neededOffset(header) : 0,
    hasBytes: hasBody || isLast === true,
    // An append of the first drafts that says nothing is the last one.
    isLast: isLast ?? (action === 'append' && interop !== undefined && interop < 6),
    type: action === 'create' ? contentType : undefined,
    metadata: undefined,
    checksum: undefined,
    interop: interop !== undefined && interop >= oldestInterop && interop <= newestInterop ? interop : undefined,
  };
}

/** Whether the file ends with this request. Version 3 of the drafts said the opposite. */
function draftSays(header: HeaderOf): boolean | undefined {
  const complete = header('upload-complete') ?? header('upload-incomplete');
  if (complete === undefined) return undefined;
  if (complete !== '?0' && complete !== '?1') {
    throw refusal('InvalidRequest', {}, undefined, 'Upload-Complete is ?0 or ?1.');
  }
  return (complete === '?1') === (header('upload-complete') !== undefined);
}

function actionOf(method: string): ResumableAsk['action'] {
  if (method === 'HEAD') return 'look';
  if (method === 'PATCH') return 'append';
  return method === 'DELETE' ? 'end' : 'create';
}

function neededOffset(header: HeaderOf): number {
  const offset = readNumber('upload-offset', header('upload-offset'));
  if (offset !== undefined) return offset;
  throw refusal('InvalidRequest', {}, undefined, 'Upload-Offset is missing.');
}

/** @throws S3Error for what is no number of bytes: a sign, a fraction, more than can be */
function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw refusal('InvalidArgument', { ArgumentName: name, ArgumentValue: text.slice(0, 64) });
}

function readChecksum(text: string | undefined): BodyChecksum | undefined {
  if (text === undefined) return undefined;
  const [name, base64 = ''] = text.split(' ');
  if ((name !== 'md5' && name !== 'sha1' && name !== 'sha256') || base64 === '') {
    throw refusal('InvalidRequest', {}, undefined, 'Upload-Checksum is md5, sha1 or sha256, a blank, and base64.');
  }
  return { algorithm: name, base64 };
}

/** tus clients tell the type of a file in its metadata, by one of two names. */
function typeOf(metadata: string | undefined): string | undefined {
  for (const pair of (metadata ?? '').split(',')) {
    const [name, base64 = ''] = pair.trim().split(' ');
    if (name !== 'filetype' && name !== 'contentType') continue;
    const type = Buffer.from(base64, 'base64').toString('latin1');
    if (/^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(type)) return type;
  }
  return undefined;
}

function unsupportedType(type: string): S3Error {
  return new ProtocolRefusal(415, `The Content-Type of an append is ${type}.`);
}

/**
 * A refusal as tus wants it (its core protocol): with the version in each answer, and 413 for what is larger than the server or the
 * link takes. The drafts would read a 413 as the choice for smaller appends.
 */
export function inTus(error: unknown): unknown {
  if (!(error instanceof S3Error)) return error;
  const { code, message, fields, reason, hint } = error;
  const status = code === 'EntityTooLarge' ? 413 : error.status;
  return new S3Error({
    ...{ code, status, message, fields, reason, hint },
    headers: { 'tus-resumable': '1.0.0', ...error.headers },
  });
}

/** Problems that the drafts name (IANA's registry of problem types). */
export type ProblemName = 'mismatching-upload-offset' | 'completed-upload' | 'inconsistent-upload-length';

/** A refusal with a status of the protocols' own. */
export class ProtocolRefusal extends S3Error {
  readonly problem: ProblemName | undefined;

  constructor(
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    problem: ProblemName | undefined = undefined,
  ) {
    super({ code: 'InvalidRequest', status, message, headers });
    this.problem = problem;
  }
}
