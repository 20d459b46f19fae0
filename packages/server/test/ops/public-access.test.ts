import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFixture } from './fixture.ts';

const policy = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::blocked/*' }],
});

test('SEC-301 with public_access = "block" nothing can be made public, and what was public is served to nobody', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-block-'));
  try {
    const open = await openFixture({ folder });
    await open.ask(open.root, 'PUT /blocked', { headers: { 'x-amz-acl': 'public-read' } });
    await open.ask(open.root, 'PUT /blocked/acl', { headers: { 'x-amz-acl': 'public-read' }, body: 'v' });
    const group = { 'x-amz-grant-read': 'uri="http://acs.amazonaws.com/groups/global/AllUsers"' };
    await open.ask(open.root, 'PUT /blocked/grant', { headers: group, body: 'v' });
    await open.ask(open.root, 'PUT /blocked/policy', { body: 'v' });
    assert.equal((await open.ask(open.root, 'PUT /blocked?policy', { body: policy })).status, 204);
    for (const line of ['GET /blocked', 'GET /blocked/acl', 'GET /blocked/grant', 'GET /blocked/policy']) {
      assert.equal((await open.ask('anonymous', line)).status, 200, line);
    }
    await open.close();

    const fixture = await openFixture({ folder, toml: 'public_access = "block"\n' });
    for (const line of ['GET /blocked', 'GET /blocked/acl', 'GET /blocked/grant', 'GET /blocked/policy']) {
      assert.equal((await fixture.ask('anonymous', line)).code, 'AccessDenied', line);
      assert.equal((await fixture.ask(fixture.root, line)).status, 200, line);
    }
    for (const acl of ['public-read', 'public-read-write', 'authenticated-read', 'by grant']) {
      const headers: Readonly<Record<string, string>> = acl === 'by grant' ? group : { 'x-amz-acl': acl };
      for (const line of [
        'PUT /blocked2',
        'PUT /blocked?acl',
        'PUT /blocked/k',
        'PUT /blocked/acl?acl',
        'POST /blocked/k?uploads',
      ]) {
        assert.equal((await fixture.ask(fixture.root, line, { headers })).code, 'AccessDenied', line);
      }
      const copied = await fixture.ask(fixture.root, 'PUT /blocked/c', {
        headers: { ...headers, 'x-amz-copy-source': '/blocked/acl' },
      });
      assert.equal(copied.code, 'AccessDenied');
      const fields = acl === 'by grant' ? group : { acl };
      assert.equal((await fixture.post(fixture.root, 'blocked', { key: 'form', ...fields }, 'v')).code, 'AccessDenied');
    }
    assert.equal((await fixture.ask(fixture.root, 'PUT /blocked?policy', { body: policy })).code, 'AccessDenied');
    assert.equal((await fixture.ask(fixture.root, 'HEAD /blocked2')).status, 404);
    await fixture.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
