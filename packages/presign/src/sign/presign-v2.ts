import { fail } from '../values/presign-error.ts';
import {
  isAmbiguousValue,
  isSignedSubresource,
  type Pair,
  sigv2AmzLines,
  sigv2Resource,
  sigv2Signature,
  sigv2StringToSign,
} from '../wire/sigv2.ts';
import type { SigningIdentity } from './credentials.ts';
import { type UrlDraft, writeQuery } from './presign.ts';

/** Parameters of listings: they change what is shown, never what is reached, and SigV2 leaves them open (SIG-58). */
const leftOpen =
  /^(?:list-type|prefix|delimiter|max-keys|start-after|continuation-token|encoding-type|marker|part-number-marker|max-parts|x-id)$/;

/** The secret, which SigV2 and its forms need. @throws PresignError CredentialsInvalid */
export function secretOf({ secret }: SigningIdentity): string {
  if (secret === undefined)
    fail('CredentialsInvalid', 'Signature Version 2 needs the secret itself.', 'credentials', 'Pass secretAccessKey.');
  return secret;
}

/**
 * The presigned URL of SIG-54 to SIG-57, for stores that know no newer signature. What SigV2 would not cover is refused here, since any
 * holder of the link could change it.
 * @throws PresignError OptionInvalid, CredentialsInvalid
 */
export function presignV2(draft: UrlDraft, identity: SigningIdentity): string {
  const {
    place,
    lifetime: [, , endsAtMs],
  } = draft;
  const refuse = (what: string): never => {
    fail(
      'OptionInvalid',
      `Signature Version 2 does not sign ${what}.`,
      'signatureVersion',
      "Leave it out, or sign with 'v4'.",
    );
  };
  for (const [name, value] of draft.query) {
    if (!isSignedSubresource(name) && !leftOpen.test(name)) refuse(`the parameter '${name}'`);
    if (isAmbiguousValue(name, value)) refuse(`'${name}' unambiguously with the characters & ? CR or LF in its value`);
  }
  const header = new Map(draft.headers);
  for (const name of header.keys()) {
    if (!/^(?:content-type|content-md5|x-amz-.*)$/.test(name)) refuse(`the header '${name}'`);
  }
  const secret = secretOf(identity);
  const expires = String(endsAtMs / 1000);
  const token: Pair[] = identity.sessionToken ? [['x-amz-security-token', identity.sessionToken]] : [];
  const query = [...draft.query, ...token];
  const stringToSign = sigv2StringToSign({
    method: draft.method,
    contentMd5: header.get('content-md5') ?? '',
    contentType: header.get('content-type') ?? '',
    date: expires,
    amz: sigv2AmzLines([...draft.headers.map(([name, value]): Pair => [name, value.trim()]), ...query]),
    resource: sigv2Resource({ bucket: place.bucketInHost, rawPath: draft.path, query }, 'listed'),
  });
  const sent = writeQuery(query);
  const own = writeQuery([
    ['AWSAccessKeyId', identity.accessKeyId],
    ['Expires', expires],
    ['Signature', sigv2Signature(secret, stringToSign)],
  ]);
  return `${place.origin}${draft.path}?${sent ? `${sent}&` : ''}${own}`;
}
