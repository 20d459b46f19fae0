import { openHeaderV2 } from './header-v2.ts';
import { openHeaderV4 } from './header-v4.ts';
import type { Context, Opening } from './opening.ts';
import { formSignature, openPostForm } from './post-form.ts';
import type { QueryPair } from './query-string.ts';
import { openQueryV2 } from './query-v2.ts';
import { openQueryV4 } from './query-v4.ts';
import { deny, type Refusal, refuse } from './refusal.ts';
import type { PostForm } from './request.ts';

/** Which mechanism a request uses (section 3 of the specification). */

/** SIG-30: lower-case names that mark SigV4 in the query. The token is a marker of its own kind. */
const v4Markers: ReadonlySet<string> = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-signature',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-signedheaders',
]);

/** What a query holds of authentication. */
type Markers = { readonly v4: boolean; readonly v2: boolean };

/** SIG-30: finds the markers of a query. A token alone counts as SigV4; beside SigV2 it belongs to it. */
export function findMarkers(query: readonly QueryPair[]): Markers {
  let v4 = false;
  let v2 = false;
  let token = false;
  // By index: on the path of every request, and twice as fast as taking pairs apart.
  for (let at = 0; at < query.length; at++) {
    const name = query[at]?.[0] ?? '';
    const first = name.charCodeAt(0);
    if (first === 0x53 || first === 0x41) {
      if (name === 'Signature' || name === 'AWSAccessKeyId') v2 = true;
    } else if (!v4 && name === 'X-Amz-Algorithm') {
      v4 = true;
    } else if (!v4 && (first | 0x20) === 0x78 && name.charCodeAt(5) === 0x2d) {
      const lower = name.toLowerCase();
      if (v4Markers.has(lower)) v4 = true;
      else if (lower === 'x-amz-security-token') token = true;
    }
  }
  return { v4: v4 || (token && !v2), v2 };
}

/** SIG-31 to SIG-34: the opening of the one mechanism, its refusal when there are several, or `anonymous`. */
export function openMechanism(context: Context): Opening | Refusal | 'anonymous' {
  const { raw, target, head } = context;
  const { v4, v2 } = findMarkers(target.query);
  const [authorization] = head.authorization;
  const form = formOf(context);
  const formSigned = form === undefined ? 'none' : formSignature(form);
  if (authorization !== undefined) {
    if (v4 || v2 || head.authorization.length > 1 || isSigned(formSigned)) return severalMechanisms(authorization);
    return openHeader(context, authorization);
  }
  if (v4 || v2) {
    if ((v4 && v2) || isSigned(formSigned)) return severalMechanisms();
    return v4 ? openQueryV4(context) : openQueryV2(context);
  }
  if (form === undefined || raw.method !== 'POST') return 'anonymous';
  switch (formSigned) {
    case 'v4':
    case 'v2':
      return openPostForm(context, form, formSigned);
    case 'both':
      return severalMechanisms();
    case 'unsigned policy':
      return deny('form', 'Access Denied', { reason: 'NotSigned', values: {} });
    case 'none':
      return 'anonymous';
  }
}

/** SIG-34: the form of a POST to a bucket; a POST to a key is none. */
function formOf({ raw, target }: Context): PostForm | undefined {
  return raw.method === 'POST' && target.key === undefined ? raw.form : undefined;
}

function isSigned(form: ReturnType<typeof formSignature>): boolean {
  return form === 'v4' || form === 'v2' || form === 'both';
}

/** SIG-60. */
function openHeader(context: Context, authorization: string): Opening | Refusal {
  const space = authorization.indexOf(' ');
  if (space === -1) {
    return badArgument("Authorization header is invalid -- one and only one ' ' (space) required", authorization);
  }
  const rest = authorization.slice(space + 1);
  switch (authorization.slice(0, space)) {
    case 'AWS4-HMAC-SHA256':
      return openHeaderV4(context, rest);
    case 'AWS':
      return openHeaderV2(context, rest);
    default:
      return badArgument('Unsupported Authorization Type', authorization);
  }
}

/** SIG-31. */
function severalMechanisms(authorization = ''): Refusal {
  return badArgument(
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    authorization,
  );
}

function badArgument(message: string, authorization: string): Refusal {
  return refuse({
    check: 'form',
    code: 'InvalidArgument',
    message,
    members: { ArgumentName: 'Authorization', ArgumentValue: authorization },
  });
}
