import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { SecureVersion } from 'node:tls';
import { signHeaders } from '@tidegate/presign';
import { testCertificates } from '../test-certificates.ts';
import { rootCredentials, startTestServer, type TestServer } from '../test-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-policy-tls-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A signed request over TLS of that version alone. @returns its status */
function ask(server: TestServer, line: string, body: string, version: SecureVersion): Promise<number> {
  const [method = '', path = ''] = line.split(' ');
  const headers = signHeaders({
    method,
    url: `${server.endpoint}${path}`,
    headers: { 'content-length': String(Buffer.byteLength(body)) },
    credentials: rootCredentials,
    region: 'us-east-1',
  });
  return new Promise((resolve, reject) => {
    const at = { host: '127.0.0.1', port: server.port, method, path, headers, agent: false };
    const options = { ...at, ca: testCertificates[0].cert, minVersion: version, maxVersion: version };
    request(options, (answer) => resolve(answer.resume().statusCode ?? 0))
      .on('error', reject)
      .end(body);
  });
}

test('POL-3 s3:TlsVersion refuses an older TLS than the policy wants', async () => {
  const tlsCert = join(folder, 'cert.pem');
  const tlsKey = join(folder, 'key.pem');
  writeFileSync(tlsCert, testCertificates[0].cert);
  writeFileSync(tlsKey, testCertificates[0].key, { mode: 0o600 });
  const server = await startTestServer({ settings: { tlsCert, tlsKey } });
  try {
    assert.equal(await ask(server, 'PUT /tls', '', 'TLSv1.3'), 200);
    const Statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: ['arn:aws:s3:::tls', 'arn:aws:s3:::tls/*'],
      Condition: { NumericLessThan: { 's3:TlsVersion': '1.3' } },
    };
    assert.equal(await ask(server, 'PUT /tls?policy', JSON.stringify({ Statement }), 'TLSv1.3'), 204);
    assert.equal(await ask(server, 'PUT /tls/k', 'v', 'TLSv1.3'), 200);
    assert.equal(await ask(server, 'GET /tls/k', '', 'TLSv1.3'), 200);
    assert.equal(await ask(server, 'GET /tls/k', '', 'TLSv1.2'), 403);
  } finally {
    await server.stop();
  }
});
