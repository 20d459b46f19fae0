import { readXmlTree, textOf } from '@tidegate/protocol';
import { CliError, type ExitCode, exitCodes } from '../core/errors.ts';
import type { Connection } from './connection.ts';
import { type HttpAnswer, readDocumentText } from './http-client.ts';

/** What a store said when it refused. */
export type StoreRefusal = {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly reason: string | undefined;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
};

/** Reads the refusal out of an answer: XML of S3, or the problem JSON of the admin API. */
export async function readRefusal(answer: HttpAnswer, document?: string): Promise<StoreRefusal> {
  const text = document ?? (await readDocumentText(answer));
  const requestId = headerText(answer, 'x-amz-request-id') ?? headerText(answer, 'x-request-id');
  const problem = readProblem(answer, text);
  if (problem !== undefined) return { status: answer.status, requestId, ...problem };
  const root = readXmlTree(text);
  return {
    status: answer.status,
    code: textOf(root, 'Code') ?? headStatusCode(answer.status),
    message: textOf(root, 'Message'),
    reason: textOf(root, 'Reason') ?? headerText(answer, 'x-tidegate-reason'),
    hint: textOf(root, 'Hint'),
    requestId: textOf(root, 'RequestId') ?? requestId,
  };
}

/** A refusal as a failure, in words about the thing that was asked for. */
export async function answerFailure(
  answer: HttpAnswer,
  about: string,
  connection: Pick<Connection, 'endpoint' | 'credentials' | 'origin'>,
  document?: string,
): Promise<CliError> {
  const refusal = await readRefusal(answer, document);
  const { status, code, reason, requestId } = refusal;
  const words = wordsOf(refusal, about, connection);
  return new CliError({ exit: exitOf(status, code), ...words, status, code, reason, requestId });
}

/** The exit code of a refusal. */
function exitOf(status: number, code: string | undefined): ExitCode {
  if (status === 404) return exitCodes.notFound;
  if (status === 501) return exitCodes.refused;
  if (status >= 500 || code === 'SlowDown' || code === 'RequestTimeout') return exitCodes.unreachable;
  return exitCodes.refused;
}

type Words = { readonly what: string; readonly why?: string | undefined; readonly fix?: string | undefined };

function wordsOf(
  refusal: StoreRefusal,
  about: string,
  { endpoint, credentials, origin }: Pick<Connection, 'endpoint' | 'credentials' | 'origin'>,
): Words {
  const { code, status, message, reason, hint } = refusal;
  const bucket = about.split('/', 1)[0] ?? about;
  if (reason === 'LinkTooLong' && message !== undefined) {
    const ofKey = `tidegate keys edit ${credentials.accessKeyId} --max-expiry TIME`;
    const fix = message.includes(credentials.accessKeyId)
      ? `Use a shorter --expires, or let an owner change it:  ${ofKey}`
      : hint;
    return { what: message, fix };
  }
  switch (code) {
    case 'NoSuchKey':
      // The admin API names what is missing itself: one of several keys, or a prefix.
      return { what: message?.startsWith(`${bucket}/`) === true ? message : `${about} does not exist.` };
    case 'NoSuchBucket':
      return { what: `Bucket ${bucket} does not exist.`, fix: 'List buckets:  tidegate ls' };
    case 'InvalidAccessKeyId':
      return {
        what: `${endpoint} does not know access key ${credentials.accessKeyId} (${origin}).`,
        fix: 'Check profile and endpoint:  tidegate doctor',
      };
    case 'SignatureDoesNotMatch':
      return {
        what: `${endpoint} refused the signature of access key ${credentials.accessKeyId} (${origin}).`,
        why: hint ?? 'The secret is not the one that the server has.',
        fix: 'tidegate doctor',
      };
    case 'InvalidBucketName': {
      const fault = bucketNameFault(bucket);
      return {
        what: `"${bucket}" is not a valid bucket name${fault === undefined ? '' : `: ${fault}`}.`,
        why: bucketNameRule,
      };
    }
    case 'BucketNotEmpty':
      return {
        what: `Bucket ${bucket} is not empty.`,
        fix: `To delete its objects too:  tidegate rb ${bucket} --force`,
      };
    case 'BucketAlreadyOwnedByYou':
    case 'BucketAlreadyExists':
      return {
        what: `Bucket ${bucket} already exists${code === 'BucketAlreadyExists' ? ' and belongs to another account' : ''}.`,
      };
    case 'RequestTimeTooSkewed':
      return {
        what: 'The clocks of this machine and the server differ by more than 15 minutes.',
        fix: 'Set the clock (NTP).',
      };
    case 'AccessDenied':
      return {
        what: `Access key ${credentials.accessKeyId} is not allowed to do this: ${about}.`,
        why: hint ?? (message === 'Access Denied' ? undefined : message),
      };
    default:
      return {
        what: named(
          about,
          `${message ?? `the server returned ${status}${code === undefined ? '' : ` ${code}`}`}${endOf(message)}`,
        ),
        why: hint,
      };
  }
}

/** What was refused, with the thing that it is about, unless the words name it themselves. */
function named(about: string, words: string): string {
  return words.includes(about) ? words : `${about}: ${words}`;
}

function endOf(message: string | undefined): string {
  return message !== undefined && /[.!?]$/.test(message) ? '' : '.';
}

/** HEAD has no body: the status must do. */
function headStatusCode(status: number): string | undefined {
  if (status === 404) return 'NoSuchKey';
  return status === 403 ? 'AccessDenied' : status === 412 ? 'PreconditionFailed' : undefined;
}

function readProblem(answer: HttpAnswer, text: string): Omit<StoreRefusal, 'status' | 'requestId'> | undefined {
  if (!(headerText(answer, 'content-type') ?? '').includes('json')) return undefined;
  let problem: unknown;
  try {
    problem = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof problem !== 'object' || problem === null) return undefined;
  const members = new Map<string, unknown>(Object.entries(problem));
  const member = (name: string): string | undefined => {
    const value = members.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    code: member('code'),
    message: member('detail') ?? member('title'),
    reason: member('reason'),
    hint: member('hint'),
  };
}

/** One header of an answer. */
export function headerText(answer: Pick<HttpAnswer, 'headers'>, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The rule for names of new buckets, in one sentence (WIRE-30). */
const bucketNameRule =
  'A bucket name has 3 to 63 characters: lower-case letters, digits, hyphens and dots. It begins and ends with a letter or a digit.';

/** Which part of the rule a name breaks; undefined: none that is known here. */
function bucketNameFault(name: string): string | undefined {
  const length = Array.from(name).length;
  if (length < 3) return `it has only ${length} character${length === 1 ? '' : 's'}`;
  if (length > 63) return `it has ${length} characters`;
  const wrong = [...new Set(Array.from(name).filter((character) => !/[a-z0-9.-]/.test(character)))];
  if (wrong.some((character) => /[A-Z]/.test(character))) {
    const others = wrong.filter((character) => !/[A-Z]/.test(character));
    return `it has upper-case letters${others.length === 0 ? '' : ` and ${listed(others)}`}`;
  }
  if (wrong.length > 0) return `it contains ${listed(wrong)}`;
  if (!/^[a-z0-9]/.test(name)) return `it begins with "${name.charAt(0)}"`;
  if (!/[a-z0-9]$/.test(name)) return `it ends with "${name.charAt(name.length - 1)}"`;
  const pair = /\.\.|\.-|-\./.exec(name)?.[0];
  if (pair !== undefined) return `it contains "${pair}"`;
  if (/^\d+(?:\.\d+){3}$/.test(name)) return 'it looks like an IP address';
  const reserved = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.exec(name)?.[0];
  return reserved === undefined ? undefined : `"${reserved}" is reserved`;
}

function listed(characters: readonly string[]): string {
  return characters.map((character) => (character === ' ' ? 'spaces' : `"${character}"`)).join(', ');
}
