import { isDay } from '../values/times.ts';
import type { Scope } from '../verify/opening.ts';
import { type Refusal, refuse } from '../verify/refusal.ts';

/** A credential of five parts, as sent. */
export type Credential = Scope & {
  readonly accessKeyId: string;
  readonly terminator: string;
  /** What follows the access key id: the scope of the string to sign (SIG-21). */
  readonly text: string;
};

/** How the place where a credential stands words its faults: the query and forms one way (SIG-42), the header another (SIG-64). */
export type ScopeWording = {
  readonly code: 'AuthorizationQueryParametersError' | 'AuthorizationHeaderMalformed';
  readonly prefix: string;
  /** The message of SIG-42g. */
  readonly otherDay: (scopeDate: string, requestDate: string) => string;
};

/** SIG-42: credentials in a query or a form. */
export const queryWording: ScopeWording = {
  code: 'AuthorizationQueryParametersError',
  prefix: 'Error parsing the X-Amz-Credential parameter; ',
  otherDay: (scopeDate, requestDate) =>
    `Invalid credential date "${scopeDate}". This date is not the same as X-Amz-Date: "${requestDate}".`,
};

/** SIG-64: credentials in the Authorization header. */
export const headerWording: ScopeWording = {
  code: 'AuthorizationHeaderMalformed',
  prefix: 'The authorization header is malformed; ',
  otherDay: () => 'The authorization header is malformed; Invalid credential date. Date is not the same as X-Amz-Date.',
};

/** The credential that was read last: most requests come with the one before. */
let latest: { readonly sent: string; readonly credential: Credential | undefined } = {
  sent: '',
  credential: undefined,
};

/** Cuts a credential into its five parts; undefined when it has not exactly five, or no access key id (SIG-42a). */
export function parseCredential(text: string): Credential | undefined {
  if (latest.sent !== text) latest = { sent: text, credential: cutCredential(text) };
  return latest.credential;
}

function cutCredential(text: string): Credential | undefined {
  const parts = text.split('/');
  const [accessKeyId, date, region, service, terminator] = parts;
  if (parts.length !== 5 || accessKeyId === undefined || accessKeyId === '') return undefined;
  if (date === undefined || region === undefined || service === undefined || terminator === undefined) return undefined;
  return { accessKeyId, date, region, service, terminator, text: text.slice(accessKeyId.length + 1) };
}

/**
 * SIG-42a to 42g: the first fault of a credential, or undefined.
 * @param day the first 8 characters of the request's date
 * @param regions the accepted ones; undefined accepts every region that has a name (SIG-42d)
 * @param services the accepted ones; more than S3's where a server answers for others, too
 */
export function scopeFault(
  credential: Credential | undefined,
  day: string,
  regions: readonly string[] | undefined,
  wording: ScopeWording,
  services: readonly string[] = ['s3'],
): Refusal | undefined {
  if (credential === undefined) {
    return fault(
      wording,
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  const { date, region, service, terminator } = credential;
  // The request's own day was found to be a real one with its form.
  if (date !== day && !isDay(date)) {
    return fault(
      wording,
      `incorrect date format "${date}". This date in the credential must be in the format "yyyyMMdd".`,
    );
  }
  if (region === '') return fault(wording, 'a non-empty region must be provided in the credential.');
  if (regions !== undefined && !regions.includes(region)) {
    const ours = regions[0] ?? '';
    return fault(wording, `the region '${region}' is wrong; expecting '${ours}'`, {
      rule: 'SIG-42d',
      reason: 'RegionMismatch',
      values: { a: region, b: ours },
      members: { Region: ours },
    });
  }
  if (!services.includes(service)) {
    return fault(wording, `incorrect service "${service}". This endpoint belongs to "${services[0]}".`);
  }
  if (terminator !== 'aws4_request') {
    return fault(wording, `incorrect terminal "${terminator}". This endpoint uses "aws4_request".`);
  }
  if (date === day) return undefined;
  return refuse({ check: 'scope', code: wording.code, message: wording.otherDay(date, day) });
}

function fault(wording: ScopeWording, text: string, more: Partial<Refusal> = {}): Refusal {
  return refuse({ check: 'scope', code: wording.code, message: wording.prefix + text, ...more });
}
