import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { StartFailure, systemWorld } from '../src/index.ts';
import type { Clock } from '../src/world/clock.ts';
import { testCertificates } from './test-certificates.ts';
import { startTestServer } from './test-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-tls-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const tlsCert = join(folder, 'cert.pem');
const tlsKey = join(folder, 'key.pem');

function use(index: 0 | 1, mode = 0o600): void {
  writeFileSync(tlsCert, testCertificates[index].cert);
  rmSync(tlsKey, { force: true });
  writeFileSync(tlsKey, testCertificates[index].key, { mode });
}

function commonName(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      const certificate: PeerCertificate = socket.getPeerCertificate();
      socket.destroy();
      resolve(String(certificate.subject.CN));
    });
    socket.on('error', reject);
  });
}

test('TLS serves S3 and console, tells https addresses, and takes a new certificate without a restart', async () => {
  use(0);
  const timers: (() => void)[] = [];
  const { clock: real } = systemWorld();
  const clock: Clock = {
    nowMs: () => real.nowMs(),
    monotonicMs: () => real.monotonicMs(),
    after: (delayMs, action) => {
      if (delayMs !== 10_000) return real.after(delayMs, action);
      timers.push(action);
      return () => undefined;
    },
  };
  const server = await startTestServer({ settings: { tlsCert, tlsKey }, world: { clock } });
  assert.match(server.endpoint, /^https:\/\/127\.0\.0\.1:\d+$/);
  assert.match(server.consoleEndpoint, /^https:/);
  const status = await new Promise((resolve, reject) => {
    const options = { port: server.port, host: '127.0.0.1', path: '/_/health/ready', ca: testCertificates[0].cert };
    request(options, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end();
  });
  assert.equal(status, 200);
  assert.equal(await commonName(server.port), 'one.test');
  use(1);
  for (const look of timers.splice(0)) look();
  assert.equal(await commonName(server.port), 'two.test');
  await server.stop();
});

test('SEC-410 a TLS hello on the plain port is answered 400 and closed; plain HTTP on the TLS port is closed', async () => {
  const plain = await startTestServer();
  await assert.rejects(commonName(plain.port));
  await plain.stop();
  use(0);
  const secure = await startTestServer({ settings: { tlsCert, tlsKey } });
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(secure.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n'));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
  assert.doesNotMatch(answer, /HTTP\/1\.1 200/);
  await secure.stop();
});

test('SEC-807 a private key that others may read is refused: exit code 2', async () => {
  use(0, 0o644);
  await assert.rejects(startTestServer({ settings: { tlsCert, tlsKey } }), /not private/);
});

test('a certificate that cannot be read is told by its name: exit code 2', async () => {
  use(0);
  const missing = join(folder, 'missing.pem');
  await assert.rejects(startTestServer({ settings: { tlsCert: missing, tlsKey } }), (error) => {
    assert.ok(error instanceof StartFailure);
    assert.equal(error.exitCode, 2);
    assert.ok(error.message.includes(missing));
    return true;
  });
});
