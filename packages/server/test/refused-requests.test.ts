import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucket } from '@tidegate/presign';
import { links, rootCredentials, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
  await server.signed('PUT', '/reports');
  await server.signed('PUT', '/reports/q3.pdf', { body: 'the third quarter' });
});
after(() => server.stop());

test('SEC-126 a credential without a signature is nobody: whatever names a key, what was verified says who asks', async () => {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const credential = encodeURIComponent(`${rootCredentials.accessKeyId}/${day}/us-east-1/s3/aws4_request`);
  for (const query of [
    `X-Amz-Credential=${credential}`,
    `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}`,
    `AWSAccessKeyId=${rootCredentials.accessKeyId}`,
  ]) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await fetch(`${server.endpoint}/reports/q3.pdf?${query}`, { method });
      assert.ok([400, 403].includes(answer.status), `${method} ?${query}: ${answer.status}`);
      await answer.arrayBuffer();
    }
  }
  assert.equal(await (await server.signed('GET', '/reports/q3.pdf')).text(), 'the third quarter');
});

test('SEC-126 an unsigned-trailer upload with a credential in the query and no signature stores nothing', async () => {
  const started = await (await server.signed('POST', '/reports/forged?uploads')).text();
  const uploadId = /<UploadId>([^<]+)</.exec(started)?.[1] ?? '';
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const credential = encodeURIComponent(`${rootCredentials.accessKeyId}/${day}/us-east-1/s3/aws4_request`);
  const headers = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '5',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'x-amz-date': `${day}T000000Z`,
    'content-encoding': 'aws-chunked',
  };
  const body = '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n';
  for (const path of ['/reports/forged?', `/reports/forged?partNumber=1&uploadId=${uploadId}&`]) {
    for (const query of [
      `X-Amz-Credential=${credential}`,
      `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}&X-Amz-Date=${day}T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host`,
    ]) {
      const answer = await fetch(`${server.endpoint}${path}${query}`, { method: 'PUT', headers, body });
      assert.ok([400, 403].includes(answer.status), `${path}: ${answer.status}`);
      await answer.arrayBuffer();
    }
  }
  assert.equal((await server.signed('GET', '/reports/forged')).status, 404);
  const parts = await (await server.signed('GET', `/reports/forged?uploadId=${uploadId}`)).text();
  assert.doesNotMatch(parts, /<Part>/);
});

test('SEC-502 an object is never handed out as a service worker, by link, by key or by share', async () => {
  const worker = { 'service-worker': 'script' };
  const url = links(server, 'reports').presignGet('q3.pdf');
  for (const answer of [
    await fetch(url, { headers: worker }),
    await server.signed('GET', '/reports/q3.pdf', { headers: worker }),
    await fetch(`${server.endpoint}/s/unknown`, { headers: worker }),
  ]) {
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get('service-worker-allowed'), null);
    await answer.arrayBuffer();
  }
  assert.equal((await fetch(url)).headers.get('service-worker-allowed'), null);
});

test('SEC-427 tags that are too many, too long or named twice are refused, and the object is not stored', async () => {
  const many = Array.from({ length: 11 }, (_, n) => `k${n}=v`).join('&');
  for (const tags of [many, `${'k'.repeat(129)}=v`, `k=${'v'.repeat(257)}`, 'k=1&k=2', 'a%26b=c', 'a=b%2Cc']) {
    const answer = await server.signed('PUT', '/reports/tagged', { body: 'x', headers: { 'x-amz-tagging': tags } });
    assert.equal(answer.status, 400, tags.slice(0, 40));
    assert.match(await answer.text(), /<Code>(InvalidTag|BadRequest|InvalidArgument)</);
  }
  assert.equal((await server.signed('HEAD', '/reports/tagged')).status, 404);
  const odd = await server.signed('PUT', '/reports/tagged', { body: 'x', headers: { 'x-amz-tagging': 'a%2Bb=c%3Dd' } });
  assert.equal(odd.status, 200);
  const read = await (await server.signed('GET', '/reports/tagged?tagging')).text();
  assert.match(read, /<Key>a\+b<\/Key><Value>c=d<\/Value>/);
});

test('SEC-146 a SigV2 link takes no sub-resource and no limit that its signature does not cover', async () => {
  const old = { endpoint: server.endpoint, credentials: rootCredentials, signatureVersion: 'v2' } as const;
  const url = bucket('reports', old).presignGet('q3.pdf');
  assert.equal((await fetch(url)).status, 200);
  const refused = async (more: string) => {
    const answer = await fetch(`${url}&${more}`);
    const text = await answer.text();
    return `${answer.status} ${/<Code>(\w+)/.exec(text)?.[1]} ${answer.headers.get('x-tidegate-reason') ?? ''}`.trim();
  };
  assert.match(await refused('acl'), /^403 (AccessDenied|SignatureDoesNotMatch)/);
  assert.match(await refused('versionId=null'), /^403 (AccessDenied|SignatureDoesNotMatch)/);
  assert.equal(await refused('x-link-uses=1'), '400 InvalidArgument LinkLimitUnsigned');
});
