import type { Attempt, Context, SigningSecret } from '../verify/opening.ts';
import { isAscii, wireText } from '../wire/canonical.ts';
import { type Pair, sigv2AmzLines, sigv2Resource, sigv2Signature, sigv2StringToSign } from '../wire/sigv2.ts';

/** What a SigV2 request says about its own signature. */
export type V2Signature = {
  /** `Expires` as sent (SIG-54), or the date of a header (SIG-59). */
  readonly date: string;
  /** Methods of SIG-101: the request's own first. */
  readonly methods: readonly string[];
};

/** Everything that a SigV2 request may have signed: each resource of SIG-56 and SIG-57 with each method. */
export function createV2Attempts(context: Context, signed: V2Signature): (secret: SigningSecret) => readonly Attempt[] {
  return ({ secretAccessKey = '' }) => {
    const { view } = context;
    const query = context.target.query.map(([name, value]): Pair => [name, wireText(value)]);
    const draft = {
      contentMd5: view.header('content-md5') ?? '',
      contentType: view.header('content-type') ?? '',
      date: signed.date,
      amz: sigv2AmzLines(view.headersWith('x-amz-')),
    };
    const attempts: Attempt[] = [];
    for (const method of signed.methods) {
      for (const resource of resources(context, query)) {
        const text = sigv2StringToSign({ ...draft, method, resource });
        const encoding = isAscii(text) ? 'utf8' : 'latin1';
        attempts.push({
          method,
          expected: sigv2Signature(secretAccessKey, text, encoding),
          stringToSign: text,
          encoding,
        });
      }
    }
    return attempts;
  };
}

/** SIG-56, SIG-57: the resources that may have been signed, without repetition. */
function resources({ target }: Context, query: readonly Pair[]): readonly string[] {
  const rawPath = target.rawPath === '' ? '/' : target.rawPath;
  const bucket = target.style === 'virtual' ? target.bucket : undefined;
  // botocore signs /bucket/ while it asks for /bucket.
  const bareBucket = bucket === undefined && rawPath.length > 1 && !rawPath.includes('/', 1);
  const paths = bareBucket ? [rawPath, `${rawPath}/`] : [rawPath];
  const found = new Set<string>();
  for (const path of paths) {
    found.add(sigv2Resource({ bucket, rawPath: path, query }, 'listed'));
    found.add(sigv2Resource({ bucket, rawPath: path, query }, 'all'));
  }
  return [...found];
}
