import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { links, startTestServer, type TestServer } from '../test-server.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/confirm')).status, 200);
  const body = new Uint8Array(1024 ** 2).fill(97);
  assert.equal((await server.signed('PUT', '/confirm/a%20%3Cb%3E.txt', { body })).status, 200);
});
after(() => server.stop());

const get = (uses: number, confirm = true): string =>
  links(server, 'confirm').presignGet('a <b>.txt', { limits: confirm ? { uses, confirm } : { uses } });

const visitors: readonly (readonly [string, Record<string, string>])[] = [
  ['a browser', { 'sec-fetch-mode': 'navigate', accept: 'text/html', 'user-agent': 'Mozilla/5.0 Firefox/140.0' }],
  ['what calls itself a browser', { 'user-agent': 'Mozilla/5.0 (compatible)' }],
  ['a page that asks for HTML', { accept: 'text/html,*/*' }],
  ['Slack', { 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' }],
  ['WhatsApp', { 'user-agent': 'WhatsApp/2.23.20' }],
  ['Facebook', { 'user-agent': 'facebookexternalhit/1.1' }],
  ['KakaoTalk', { 'user-agent': 'kakaotalk-scrap/1.0' }],
  ['Mastodon', { 'user-agent': 'http.rb/5.1.1 (Mastodon/4.2.0; +https://social.example/)' }],
  ['who tells where it is explained', { 'user-agent': 'Sift/2 (+https://sift.example/about)' }],
  ['Telegram', { 'user-agent': 'TelegramBot (like TwitterBot)' }],
];
for (const [who, headers] of visitors) {
  test(`LNK-33 ${who} gets a page, which spends no use`, async () => {
    const url = get(1);
    for (let round = 0; round < 3; round += 1) {
      const answer = await fetch(url, { headers });
      const html = await answer.text();
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
      assert.match(html, /<form method="post" action="\?/);
      assert.match(html, /a &lt;b&gt;\.txt/);
      assert.equal(answer.headers.get('cache-control'), 'private, no-store');
      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    }
    const posted = await fetch(url, { method: 'POST', headers });
    assert.equal((await posted.text()).length, 1024 ** 2);
    assert.equal((await fetch(url, { method: 'POST', headers })).status, 403);
  });
}

test('LNK-33 the page tells type and size, to robots too, and no page tells them of what is gone', async () => {
  const robot = { 'user-agent': 'WhatsApp/2.23.20' };
  const page = await (await fetch(get(1), { headers: robot })).text();
  assert.match(page, /<span>TXT<\/span><span><i> · <\/i>1\.0\u00a0MiB<\/span>/);
  assert.match(page, /property="og:description" content="TXT · 1\.0\u00a0MiB"/);
  const gone = links(server, 'confirm').presignGet('gone.pdf', { limits: { confirm: true } });
  const answer = await fetch(gone, { headers: robot });
  assert.equal(answer.status, 200);
  assert.doesNotMatch(await answer.text(), /og:|MiB/);
  assert.equal((await fetch(gone, { method: 'POST', headers: robot })).status, 404);
});

for (const agent of [
  'curl/8.14.1',
  'Wget/1.25.0',
  'python-requests/2.32',
  'aws-cli/2.30 md/awscrt',
  'node',
  'Boto3/1.43',
]) {
  test(`LNK-33 ${agent} gets the object`, async () => {
    const answer = await fetch(get(1), { headers: { 'user-agent': agent } });
    assert.equal((await answer.text()).length, 1024 ** 2);
  });
}

test('SEC-237 SIG-101 the button spends one use each time, never none, whoever presses it', async () => {
  const url = get(3);
  const headers = { origin: 'https://elsewhere.example', 'content-type': 'application/x-www-form-urlencoded' };
  const statuses: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const answer = await fetch(url, { method: 'POST', headers });
    await answer.arrayBuffer();
    statuses.push(answer.status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 403, 403, 403, 403, 403, 403, 403]);
});

test('SEC-237 SIG-101 a POST to a URL without the limit is refused', async () => {
  const answer = await fetch(get(1, false), { method: 'POST' });
  await answer.text();
  assert.ok(answer.status === 403 || answer.status === 405, String(answer.status));
});
