import { signHeaders } from '@tidegate/presign';
import type { Asked, Pair, SignedRequest } from './one-view-fixture.ts';
import type { TestServer } from './test-server.ts';

/** Signs with SigV4 in the Authorization header. */
export function signHeaderV4(server: TestServer, asked: Asked): SignedRequest {
  const query = asked.query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  const url = `${server.endpoint}${asked.path}${query === '' ? '' : `?${query}`}`;
  const { method, headers: given } = asked;
  const all = signHeaders({
    method,
    url,
    headers: Object.fromEntries(given),
    credentials: server.credentials,
    region: 'us-east-1',
  });
  const headers = Object.entries(all).filter(([name]): boolean => name !== 'host') as readonly Pair[];
  return { ...asked, headers };
}
