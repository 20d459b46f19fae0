import type { LimitName } from '@tidegate/presign/internal';
import { addressIn } from './address.ts';
import { deniedLink } from './denied-link.ts';
import type { EffectiveTerms } from './effective.ts';

/** What of a request its head alone says. */
export type RequestHead = {
  readonly client: { readonly address: string; readonly secure: boolean };
  /** name, value, name, value, as received. */
  readonly rawHeaders: readonly string[];
  readonly nowMs: number;
  /** The key that was asked for. */
  readonly keyAskedFor: string;
  readonly outsideGrant: boolean;
};

/** Refuses what a limit does not allow, by the head of the request. @throws S3Error AccessDenied with the reason */
type HeadCheck<Value> = (value: NonNullable<Value>, head: RequestHead) => void;

/**
 * Where a limit is enforced if the head of a request does not decide it. `claim`: the store of links counts it. `body`: what the
 * request writes is judged (`limited-store.ts`, `write-body.ts`). `transfer`: the bytes flow so fast. `operation`: it changes what
 * the link may be asked for, so whoever verifies it obeys it (SIG-48, SIG-101). `page`: a page comes first. `terms`: other limits
 * are found by it. `name`: nothing is enforced.
 */
type Elsewhere = 'claim' | 'body' | 'transfer' | 'operation' | 'page' | 'terms' | 'name';

/** Where every limit is enforced; those that the head decides in the order of LNK-21. */
const enforcement: { readonly [Name in LimitName]: HeadCheck<EffectiveTerms[Name]> | Elsewhere } = {
  notBefore: (opens, { nowMs }) => {
    if (nowMs < opens.getTime()) throw deniedLink('LinkNotYetValid', { when: opens.toISOString() });
  },
  https: (isRequired, { client }) => {
    if (isRequired && !client.secure) throw deniedLink('LinkNeedsHttps', {});
  },
  ip: (lists, { client: { address } }) => {
    if (!lists.every((list) => addressIn(address, list))) throw deniedLink('LinkAddressNotAllowed', { address });
  },
  grant: (prefix, { keyAskedFor, outsideGrant }) => {
    if (outsideGrant) throw deniedLink('LinkOutsideGrant', { path: keyAskedFor, prefix });
  },
  id: 'name',
  uses: 'claim',
  grace: 'claim',
  clients: 'claim',
  totalBytes: 'claim',
  policy: 'terms',
  maxBytes: 'body',
  minBytes: 'body',
  types: 'body',
  sha256: 'body',
  writeOnce: 'body',
  rate: 'transfer',
  head: 'operation',
  resumable: 'operation',
  zip: 'operation',
  confirm: 'page',
};

type Check = (terms: EffectiveTerms, head: RequestHead) => void;

const checks: readonly Check[] = Object.keys(enforcement).flatMap((name) => {
  // Sound: the table has no members but those of its type.
  const check = checkOf(name as LimitName);
  return check === undefined ? [] : [check];
});

function checkOf<Name extends LimitName>(name: Name): Check | undefined {
  const enforced: HeadCheck<EffectiveTerms[Name]> | Elsewhere = enforcement[name];
  if (typeof enforced === 'string') return undefined;
  return (terms, head) => {
    const value: EffectiveTerms[Name] = terms[name];
    if (value !== undefined && value !== null) enforced(value, head);
  };
}

/** Checks the limits that the head of a request decides, in the order of LNK-21. @throws S3Error AccessDenied with the reason */
export function checkHead(terms: EffectiveTerms, head: RequestHead): void {
  if (terms.endsAtMs !== undefined && head.nowMs > terms.endsAtMs) throw deniedLink('LinkExpired', {});
  for (const check of checks) check(terms, head);
}
