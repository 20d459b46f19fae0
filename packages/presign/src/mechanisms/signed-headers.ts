import type { Context, Finding } from '../verify/opening.ts';
import { deny } from '../verify/refusal.ts';
import { unsignedHeaders } from '../wire/head.ts';

/** SIG-44 for SigV4, with `names` the signed list: headers that must be signed, and those that would replace a signed parameter. */
export function headersFinding({ head, view }: Context, names: readonly string[]): Finding {
  const missing = unsignedHeaders(head, names);
  const replacing = view.replacingHeaders();
  if (missing.length === 0 && replacing.length === 0) return 'pass';
  return unsignedFinding([...missing, ...replacing]);
}

/** SIG-55 for SigV2 URLs, which have no signed list: a header must not replace a signed parameter. */
export function replacingFinding({ view }: Context): Finding {
  const replacing = view.replacingHeaders();
  return replacing.length === 0 ? 'pass' : unsignedFinding(replacing);
}

function unsignedFinding(names: readonly string[]): Finding {
  const list = [...new Set(names)].sort().join(', ');
  return deny('headers', 'There were headers present in the request which were not signed', {
    reason: 'UnsignedHeader',
    values: { names: list },
    members: { HeadersNotSigned: list },
  });
}
