import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { WebhookTarget } from '../../src/stores/admin/webhook-store.ts';
import { openLocalStore } from '../../src/stores/local/open-local-store.ts';
import { systemClock } from '../../src/world/clock.ts';
import { systemDisk } from '../../src/world/disk.ts';
import { systemRandom } from '../../src/world/random.ts';
import { makeRequest } from '../shares/fixture.ts';
import { links } from '../test-server.ts';
import { type Ask, element, elements, type Fixture, openFixture } from './fixture.ts';

let folder: string;
let fixture: Fixture;

const target: WebhookTarget = {
  id: 'wh_0123456789abcdef',
  name: 'hook',
  // Nobody is there, and nobody need be: what counts is what is queued.
  url: 'https://hook.invalid/',
  types: ['none'],
  secrets: [{ text: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', createdAtMs: 1, retireAtMs: undefined }],
  state: 'enabled',
  createdAtMs: 1,
};

function openStore() {
  return openLocalStore({
    folder,
    disk: systemDisk,
    clock: systemClock,
    random: systemRandom,
    onFatal: (failure) => {
      throw failure;
    },
  });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-notify-'));
  const store = await openStore();
  assert.equal(await store.webhooks.createTarget(target), 'created');
  const off = { ...target, id: 'wh_fedcba9876543210', name: 'off', state: 'disabled' } as const;
  assert.equal(await store.webhooks.createTarget(off), 'created');
  await store.close();
  fixture = await openFixture({ folder });
  assert.equal((await ask('PUT /told')).status, 200);
});

after(() => rm(folder, { recursive: true, force: true }));

const ask = (line: string, sent?: Ask) => fixture.ask(fixture.root, line, sent);
const queue = (name: string, events: readonly string[], inner = ''): string =>
  `<NotificationConfiguration><QueueConfiguration><Id>all</Id><Queue>arn:tidegate:sqs::_:${name}</Queue>${inner}` +
  `${events.map((event) => `<Event>${event}</Event>`).join('')}</QueueConfiguration></NotificationConfiguration>`;

test('NTF-3 a destination is a webhook of the operator that is switched on, or nothing is set', async () => {
  for (const name of ['nobody', 'off']) {
    const refused = await ask('PUT /told?notification', { body: queue(name, ['s3:ObjectCreated:*']) });
    assert.equal(refused.code, 'InvalidArgument', name);
  }
  assert.deepEqual(elements((await ask('GET /told?notification')).text, 'Queue'), []);
  const headers = { 'x-amz-skip-destination-validation': 'true' };
  const unchecked = await ask('PUT /told?notification', { body: queue('nobody', ['s3:ObjectCreated:*']), headers });
  assert.equal(unchecked.status, 200);
  assert.equal((await ask('PUT /told/untold', { body: 'v' })).status, 200);
});

test('NTF-4 NTF-10 NTF-13 NTF-14 what happens is queued for the webhook by the time of the answer', async () => {
  const events = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectTagging:*', 's3:ObjectAcl:Put'];
  assert.equal((await ask('PUT /told?notification', { body: queue('hook', events) })).status, 200);
  assert.equal(element((await ask('GET /told?notification')).text, 'Queue'), 'arn:tidegate:sqs::_:hook');
  await ask('PUT /told/a%20b/%C3%BC', { body: 'four' });
  await ask('PUT /told/copy', { headers: { 'x-amz-copy-source': '/told/a%20b/%C3%BC' } });
  await fixture.post(fixture.root, 'told', { key: 'form' }, 'v');
  const begun = await ask('POST /told/parts?uploads');
  const id = element(begun.text, 'UploadId');
  const part = await ask(`PUT /told/parts?partNumber=1&uploadId=${id}`, { body: 'v' });
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers['etag']}</ETag></Part></CompleteMultipartUpload>`;
  await ask(`POST /told/parts?uploadId=${id}`, { body });
  const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>';
  await ask('PUT /told/copy?tagging', { body: tagging });
  await ask('DELETE /told/copy?tagging');
  await ask('PUT /told/copy?acl', { headers: { 'x-amz-acl': 'public-read' } });
  await ask('DELETE /told/form');
  await ask('DELETE /told/not-there');
  await ask('PUT /told?versioning', {
    body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  });
  const many =
    '<Delete><Object><Key>copy</Key></Object><Object><Key>parts</Key><VersionId>null</VersionId></Object></Delete>';
  await ask('POST /told?delete', { body: many });
  const refused = await ask('PUT /told/parts', { body: 'v', headers: { 'if-match': '"none"' } });
  assert.equal(refused.status, 404);
  const request = await makeRequest(fixture.server, { bucket: 'told', prefix: 'in/' });
  assert.equal((await fetch(`${request.url}/sent.txt`, { method: 'PUT', body: 'v' })).status, 201);
  const resumable = links(fixture.server, 'told').presignPut('whole', { limits: { resumable: true } });
  const headers = { 'tus-resumable': '1.0.0', 'upload-length': '3', 'content-type': 'application/offset+octet-stream' };
  assert.equal((await fetch(resumable.url, { method: 'POST', headers, body: 'abc' })).status, 201);
  await ask('PUT /told?notification', { body: '<NotificationConfiguration/>' });
  await ask('PUT /told/silent', { body: 'v' });

  await fixture.close();
  const store = await openStore();
  const { items } = await store.webhooks.listDeliveries({ targetId: target.id, cursor: undefined, limit: 100 });
  await store.close();
  const told = items.toReversed();
  assert.deepEqual(
    told.map(({ type, body: text }) => `${type} ${JSON.parse(text).Records?.[0].s3.object.key ?? ''}`),
    [
      's3:TestEvent ',
      's3:ObjectCreated:Put a+b/%C3%BC',
      's3:ObjectCreated:Copy copy',
      's3:ObjectCreated:Post form',
      's3:ObjectCreated:CompleteMultipartUpload parts',
      's3:ObjectTagging:Put copy',
      's3:ObjectTagging:Delete copy',
      's3:ObjectAcl:Put copy',
      's3:ObjectRemoved:Delete form',
      's3:ObjectRemoved:DeleteMarkerCreated copy',
      's3:ObjectRemoved:Delete parts',
      's3:ObjectCreated:Put in/sent.txt',
      's3:ObjectCreated:CompleteMultipartUpload whole',
    ],
  );
  const test = JSON.parse(told[0]?.body ?? '');
  assert.deepEqual([test.Service, test.Event, test.Bucket], ['Amazon S3', 's3:TestEvent', 'told']);
  const [record] = JSON.parse(told[1]?.body ?? '').Records;
  assert.equal(record.eventVersion, '2.3');
  assert.equal(record.eventSource, 'aws:s3');
  assert.equal(record.eventName, 'ObjectCreated:Put');
  assert.equal(record.userIdentity.principalId, fixture.root.ownerId);
  assert.equal(record.requestParameters.sourceIPAddress, '127.0.0.1');
  assert.ok(record.responseElements['x-amz-request-id'].length > 0);
  assert.equal(record.s3.configurationId, 'all');
  assert.equal(record.s3.bucket.arn, 'arn:aws:s3:::told');
  assert.equal(record.s3.object.size, 4);
  assert.equal(record.s3.object.eTag, '8cbad96aced40b3838dd9f07f6ef5772');
  const sequencers = told.slice(1).map(({ body: text }) => JSON.parse(text).Records[0].s3.object.sequencer);
  assert.deepEqual(sequencers, sequencers.toSorted());
});
