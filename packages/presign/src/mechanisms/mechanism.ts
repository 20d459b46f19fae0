import type { Context, Opening } from '../verify/opening.ts';
import { deny, type Refusal } from '../verify/refusal.ts';
import { badAuthorization, findMarkers, severalMechanisms } from '../wire/markers.ts';
import type { PostForm, RawRequest } from '../wire/request.ts';
import type { ParsedTarget } from '../wire/target.ts';
import { openHeaderV2 } from './header-v2.ts';
import { openHeaderV4 } from './header-v4.ts';
import { formSignature, openPostForm } from './post-form.ts';
import { openQueryV2 } from './query-v2.ts';
import { openQueryV4 } from './query-v4.ts';

/** Which mechanism a request uses (section 3 of the specification). */

/** SIG-31 to SIG-34: the opening of the one mechanism, its refusal when there are several, or `anonymous`. */
export function openMechanism(context: Context): Opening | Refusal | 'anonymous' {
  const { raw, target, head } = context;
  const { v4, v2 } = findMarkers(target.query);
  const [authorization] = head.authorization;
  const form = formOf(raw, target);
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

/** SIG-34: the form of a POST to a bucket; a POST to a key is not a form. */
export function formOf(raw: RawRequest, target: Pick<ParsedTarget, 'key'>): PostForm | undefined {
  return raw.method === 'POST' && target.key === undefined ? raw.form : undefined;
}

function isSigned(form: ReturnType<typeof formSignature>): boolean {
  return form === 'v4' || form === 'v2' || form === 'both';
}

/** SIG-60. */
function openHeader(context: Context, authorization: string): Opening | Refusal {
  const space = authorization.indexOf(' ');
  if (space === -1) {
    return badAuthorization("Authorization header is invalid -- one and only one ' ' (space) required", authorization);
  }
  const rest = authorization.slice(space + 1);
  switch (authorization.slice(0, space)) {
    case 'AWS4-HMAC-SHA256':
      return openHeaderV4(context, rest);
    case 'AWS':
      return openHeaderV2(context, rest);
    default:
      return badAuthorization('Unsupported Authorization Type', authorization);
  }
}
