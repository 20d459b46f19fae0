import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { signHeaders } from '@tidegate/presign';
import { sha256Hex } from '@tidegate/presign/internal';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { rootCredentials } from './test-server.ts';

let fixture: AdminFixture;
before(async () => {
  fixture = await openAdminFixture();
});
after(() => fixture.server.stop());

const json = { 'content-type': 'application/json' };
const body = '{"role":"owner","note":"made by a captured header"}';

function sigV4(url: string, payloadHash: string | undefined, method = 'POST', more = {}): Record<string, string> {
  const headers = signHeaders({
    ...{ method, url, headers: { ...json, ...more }, region: 'us-east-1', credentials: rootCredentials },
    ...(payloadHash !== undefined && { payloadHash }),
  });
  delete headers['host'];
  return headers;
}

function sigV2(path: string): Record<string, string> {
  const date = new Date().toUTCString();
  const text = `POST\n\napplication/json\n${date}\n${path}`;
  const signature = createHmac('sha1', rootCredentials.secretAccessKey).update(text).digest('base64');
  return { ...json, date, authorization: `AWS ${rootCredentials.accessKeyId}:${signature}` };
}

test('ADM-1 a signature that does not cover the body administers nothing, at either listener', async () => {
  const path = '/_/api/v1/keys';
  const { endpoint, consoleEndpoint } = fixture.server;
  const chunked = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
  for (const base of [endpoint, consoleEndpoint]) {
    const url = `${base}${path}`;
    const cases = [
      ['SigV2', sigV2(path), 'SigV2NotAllowed'],
      ['UNSIGNED-PAYLOAD', sigV4(url, undefined), 'AdminBodyUnsigned'],
      [chunked, sigV4(url, chunked, 'POST', { 'x-amz-decoded-content-length': '51' }), 'AdminBodyUnsigned'],
    ] as const;
    for (const [what, headers, reason] of cases) {
      const answer = await fetch(url, { method: 'POST', headers, body });
      const problem = await answer.json();
      assert.equal(answer.status, 403, `${base} ${what}: ${JSON.stringify(problem)}`);
      assert.equal(problem.reason, reason, what);
    }
    const unsignedRead = await fetch(url, { headers: sigV4(url, undefined, 'GET') });
    assert.equal(unsignedRead.status, 403, 'a request without a body is signed in the same way');
    await unsignedRead.body?.cancel();
    const other = await fetch(url, { method: 'POST', headers: sigV4(url, sha256Hex('{"role":"read"}')), body });
    assert.equal((await other.json()).code, 'XAmzContentSHA256Mismatch');
  }
  const listed = await fixture.api('GET', '/keys');
  assert.deepEqual(
    listed.value.items.map((key: { id: string }) => key.id),
    [rootCredentials.accessKeyId],
  );
  const url = `${endpoint}${path}`;
  const covered = await fetch(url, { method: 'POST', headers: sigV4(url, sha256Hex(body)), body });
  assert.equal(covered.status, 201, await covered.text());
});

test('ADM-60 a link-only key asks the admin API who it is and nothing else', async () => {
  const credentials = await fixture.makeKey({ role: 'link-only' });
  const { endpoint } = fixture.server;
  const who = await fixture.api('GET', '/whoami', undefined, { credentials });
  assert.deepEqual([who.status, who.value?.role], [200, 'link-only']);
  const url = `${endpoint}/bucket/key?X-Amz-Signature=${'0'.repeat(64)}`;
  for (const [method, path, asked] of [
    ['GET', '/summary'],
    ['GET', '/links'],
    ['GET', '/activity'],
    ['GET', '/activity/series'],
    ['GET', '/revocations'],
    ['GET', '/temporary-credentials'],
    ['POST', '/links/presign', { bucket: 'bucket', key: 'key' }],
    ['POST', '/revocations', { match: { label: 'x' } }],
    ['POST', '/explain', { url }],
    ['POST', '/inspect', { url }],
  ] as const) {
    const answer = await fixture.api(method, path, asked, { credentials });
    assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`);
  }
  for (const path of ['/_/api/openapi.json', '/_/api/v1/events']) {
    assert.equal((await fixture.server.signed('GET', path, { credentials })).status, 403, path);
  }
});
