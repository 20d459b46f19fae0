import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { member, type Requests, receive, type Sent, startWithRequests } from '../requests.ts';
import { presignAnything } from '../test-server.ts';

let requests: Requests;
before(async () => {
  requests = await startWithRequests({ settings: { minPartBytes: 1 } });
  await send('PUT /cond');
});
after(() => requests.server.stop());

const send = (line: string, sent: Sent = {}) => requests.send(line, sent);
const bodyOf = async (key: string): Promise<string> => (await send(`GET /cond/${key}`)).text;

async function beginUpload(key: string): Promise<{ complete(headers: Record<string, string>): Promise<string> }> {
  const id = member((await send(`POST /cond/${key}?uploads`)).text, 'UploadId');
  const part = await send(`PUT /cond/${key}?partNumber=1&uploadId=${id}`, { body: 'part' });
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.get('etag')}</ETag></Part></CompleteMultipartUpload>`;
  return {
    async complete(headers) {
      const done = await send(`POST /cond/${key}?uploadId=${id}`, { body, headers });
      return `${done.status} ${done.code} ${member(done.text, 'Condition')}`.trim();
    },
  };
}

for (const [name, value] of [
  ['If-None-Match', '*'],
  ['if-none-match', '*'],
  ['If-Match', '"00000000000000000000000000000000"'],
] as const) {
  test(`SIG-46 ${name} in the signed query of a PUT, DELETE or copy acts`, async () => {
    await send('PUT /cond/there', { body: 'there' });
    const status = async (method: string, query: readonly (readonly [string, string])[], body?: string) =>
      (await fetch(presignAnything(requests.server, method, '/cond/there', query), { method, ...(body && { body }) }))
        .status;
    assert.equal(await status('PUT', [[name, value]], 'new'), 412);
    const replaced = [['x-amz-metadata-directive', 'REPLACE']] as const;
    assert.equal(await status('PUT', [[name, value], ...replaced, ['x-amz-copy-source', 'cond/there']]), 412);
    if (name === 'If-Match') assert.equal(await status('DELETE', [[name, value]]), 412);
    assert.equal(await bodyOf('there'), 'there');
  });
}

test('SIG-46 a condition in the query of a link for a resumable upload acts when the object is made', async () => {
  await send('PUT /cond/resumed', { body: 'there' });
  const url = presignAnything(requests.server, 'PUT', '/cond/resumed', [
    ['If-None-Match', '*'],
    ['x-link-resumable', '1'],
  ]);
  const tus = { 'tus-resumable': '1.0.0' };
  const created = await receive(await fetch(url, { method: 'POST', headers: { ...tus, 'upload-length': '3' } }));
  assert.equal(created.status, 201, created.text);
  const headers = { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
  const appended = await receive(await fetch(url, { method: 'PATCH', headers, body: 'new' }));
  assert.equal(`${appended.status} ${appended.code}`, '412 PreconditionFailed');
  assert.equal(await bodyOf('resumed'), 'there');
});

test('REL-4 a deletion during an upload in parts is a conflict for If-None-Match', async () => {
  await send('PUT /cond/deleted', { body: 'there' });
  const upload = await beginUpload('deleted');
  assert.equal(await upload.complete({ 'if-none-match': '*' }), '412 PreconditionFailed If-None-Match');
  await send('DELETE /cond/deleted');
  assert.equal(await upload.complete({ 'if-none-match': '*' }), '409 ConditionalRequestConflict If-None-Match');
  const again = await beginUpload('deleted');
  assert.equal(await again.complete({ 'if-none-match': '*' }), '200');
});

test('REL-4 a write during an upload in parts is a conflict for If-Match, even of the same bytes', async () => {
  const etag = String((await send('PUT /cond/matched', { body: 'there' })).headers.get('etag'));
  const upload = await beginUpload('matched');
  await send('PUT /cond/matched', { body: 'there' });
  assert.equal(await upload.complete({ 'if-match': '"00"' }), '412 PreconditionFailed If-Match');
  assert.equal(await upload.complete({ 'if-match': etag }), '409 ConditionalRequestConflict If-Match');
  const again = await beginUpload('matched');
  assert.equal(await again.complete({ 'if-match': etag }), '200');
});
