const methods = 'GET, HEAD, PUT, POST, DELETE';
/** The console reads every header of an answer, metadata too. Without credentials the wildcard means all. */
const exposed = '*';
const headerNames = /^[\w!#$%&'*+.^`|~ ,-]{0,4096}$/;

type Headers = readonly (readonly [name: string, value: string])[];

/** Headers with which the console's pages may read an answer of S3. No credentials: a signature is all that counts there. */
export function consoleCorsHeaders(origin: string): Headers {
  return [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Expose-Headers', exposed],
    ['Vary', 'Origin'],
  ];
}

/** The answer to a preflight of the console's. */
export function consolePreflightHeaders(origin: string, asked: string | undefined): Headers {
  const headers: [string, string][] = [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Methods', methods],
    ['Access-Control-Max-Age', '600'],
    ['Vary', 'Origin, Access-Control-Request-Headers'],
  ];
  if (asked !== undefined && headerNames.test(asked)) headers.push(['Access-Control-Allow-Headers', asked]);
  return headers;
}
