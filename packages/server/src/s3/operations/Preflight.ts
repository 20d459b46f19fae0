import { corsMethods, refusal } from '@tidegate/protocol';
import { corsResponseHeaders, findCorsRule, isOrigin } from '../../policy/cors.ts';
import { optionalText } from '../input/parameters.ts';
import { fromHead, header, type InputOf, operation, type RequestHead, type Target } from '../operation.ts';
import type { OperationTools } from '../operation-tools.ts';

const maxHeaders = 100;

const preflightInput = {
  origin: header('origin', optionalText),
  method: header('access-control-request-method', optionalText),
  headers: fromHead(readRequestedHeaders),
};

const shared = {
  method: 'OPTIONS',
  // Browsers send it without credentials, for whatever request is to follow (SIG-33).
  action: 'public',
  input: preflightInput,
  output: {},
  refuses: ['BadRequest', 'AccessForbidden'],
} as const;

/** Asks whether a page of another origin may send a request to the bucket (SIG-100). Source: AWS API reference, OPTIONS object. */
export const PreflightBucket = operation({
  ...shared,
  name: 'PreflightBucket',
  resource: 'bucket',
  handle: ({ target, input }, { store }) => answer(target, input, store),
});

/** The same for a request to an object, a presigned one among them. */
export const PreflightObject = operation({
  ...shared,
  name: 'PreflightObject',
  resource: 'object',
  handle: ({ target, input }, { store }) => answer(target, input, store),
});

async function answer(target: Target, input: InputOf<typeof preflightInput>, store: OperationTools['store']) {
  const { origin, method, headers } = input;
  if (origin === undefined || origin === '') {
    throw refusal('BadRequest', {}, undefined, 'Insufficient information. Origin request header needed.');
  }
  if (method === undefined || !corsMethods.some((known) => known === method)) {
    throw refusal(
      'BadRequest',
      {},
      undefined,
      `Invalid Access-Control-Request-Method: ${method?.slice(0, 64) ?? 'null'}`,
    );
  }
  const bucket = await store.readBucket(target.bucket);
  const fields = { Method: method, ResourceType: target.key === '' ? 'BUCKET' : 'OBJECT' };
  // Nobody has to sign here, so a missing bucket looks as one without rules does.
  if (bucket?.config.cors === undefined) throw refusal('AccessForbidden', fields);
  const question = { origin, method, headers };
  const rule = isOrigin(origin) ? findCorsRule(bucket.config.cors, question) : undefined;
  if (rule === undefined) {
    const message =
      'CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / ' +
      "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
    throw refusal('AccessForbidden', fields, undefined, message);
  }
  return { headers: Object.fromEntries(corsResponseHeaders(rule, question)) };
}

/** The lower-case names of `Access-Control-Request-Headers` (SEC-430). @throws S3Error BadRequest */
function readRequestedHeaders(head: RequestHead): string[] {
  const listed = head.header('access-control-request-headers') ?? '';
  const names = listed.split(',', maxHeaders + 1).map((name) => name.trim().toLowerCase());
  if (names.length > maxHeaders) throw refusal('BadRequest', {}, undefined, 'Too many Access-Control-Request-Headers.');
  const asked = names.filter((name) => name !== '');
  if (asked.some((name) => !/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name))) {
    throw refusal('BadRequest', {}, undefined, 'Invalid Access-Control-Request-Headers');
  }
  return asked;
}
