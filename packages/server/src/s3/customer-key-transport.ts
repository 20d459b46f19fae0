import { refusal } from '@tidegate/protocol';
import type { WireRequest } from '../http/wire.ts';
import type { RequestHead } from './operation-input.ts';
import type { Server } from './server.ts';

const keyNames = ['x-amz-server-side-encryption-customer-key', 'x-amz-copy-source-server-side-encryption-customer-key'];

/**
 * ENC-9: a customer's key is refused where it came over a network in the clear, as on Amazon S3; it is in the request all the same,
 * so the answer says that the key is spent. On this machine itself nobody listens.
 * @throws S3Error InvalidRequest
 */
export function checkKeyTransport(
  head: RequestHead,
  { client }: Pick<WireRequest, 'client'>,
  { customerKeysOverHttp }: Pick<Server, 'customerKeysOverHttp'>,
): void {
  if (client.secure || customerKeysOverHttp === 'allow') return;
  if (customerKeysOverHttp === 'loopback' && isLoopback(client.address)) return;
  if (keyNames.every((name) => head.header(name) === undefined)) return;
  const message =
    'Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection. ' +
    'The key of this request was sent in the clear: use another one.';
  throw refusal('InvalidRequest', {}, undefined, message);
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address);
}
