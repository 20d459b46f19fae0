/** Headers of requests that tus and the drafts have; a page needs no rule that names them (LNK-57). */
const ownRequestHeaders = new Set([
  'content-type',
  'tus-resumable',
  'upload-length',
  'upload-offset',
  'upload-metadata',
  'upload-checksum',
  'upload-concat',
  'upload-defer-length',
  'upload-complete',
  'upload-incomplete',
  'upload-draft-interop-version',
  'x-http-method-override',
  'x-requested-with',
  'x-request-id',
]);

const exposed =
  'Location, Upload-Offset, Upload-Length, Upload-Metadata, Upload-Defer-Length, Upload-Expires, Upload-Complete, ' +
  'Upload-Incomplete, Upload-Limit, Upload-Draft-Interop-Version, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, ' +
  'Tus-Checksum-Algorithm, ETag, x-amz-version-id, x-tidegate-reason';

const methods = ['POST', 'HEAD', 'PATCH', 'DELETE'];

type Header = readonly [name: string, value: string];

/** A preflight for one of the protocols' requests, as one for the PUT that was signed: that is what a bucket's rules speak of. */
export function preflightAsPut(rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders.map((value, at) => {
    if (at % 2 === 0) return value;
    const name = rawHeaders[at - 1]?.toLowerCase();
    if (name === 'access-control-request-method') return methods.includes(value) ? 'PUT' : value;
    if (name !== 'access-control-request-headers') return value;
    return value
      .split(',')
      .map((one) => one.trim())
      .filter((one) => !ownRequestHeaders.has(one.toLowerCase()))
      .join(', ');
  });
}

/** What a rule allows for the PUT, told for the requests of the protocols. @param asked of the preflight; undefined: no preflight */
export function widenCors(headers: readonly Header[], asked: string | undefined): readonly Header[] {
  if (!headers.some(([name]) => name.toLowerCase() === 'access-control-allow-origin')) return headers;
  const others = headers.filter(([name]) => {
    const lower = name.toLowerCase();
    if (lower === 'access-control-expose-headers') return false;
    return asked === undefined || lower !== 'access-control-allow-headers';
  });
  const rule = headers.find(([name]) => name.toLowerCase() === 'access-control-expose-headers')?.[1];
  const widened: Header[] = others.map(([name, value]) =>
    name.toLowerCase() === 'access-control-allow-methods' ? [name, [value, ...methods].join(', ')] : [name, value],
  );
  widened.push(['access-control-expose-headers', rule === undefined ? exposed : `${exposed}, ${rule}`]);
  if (asked !== undefined && asked !== '') widened.push(['access-control-allow-headers', asked]);
  return widened;
}
