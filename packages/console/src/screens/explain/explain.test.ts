import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixesOf } from './fixes.ts';
import { pairLines, signedRequest } from './signed-text.ts';
import { partsOf, readHere, urlIn, withoutSecrets } from './url-parts.ts';

const url =
  'https://files.example.com/reports/q3.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=TGAK1%2F20261124%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261124T100211Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&x-link-uses=3&X-Amz-Signature=0123abcd';
const nowMs = Date.parse('2026-11-24T10:30:00Z');

test('the parts of a URL are the URL again, and the telling ones say what they mean', () => {
  for (const text of [url, 'files.example.com', '', 'https://a/b?x', '%%%?%=%&&', 'https://h/p?a=b#c=d']) {
    const joined = partsOf(text, 'utc')
      .map((part) => part.text)
      .join('');
    assert.equal(joined, text);
  }
  const meanings = Object.fromEntries(
    partsOf(url, 'utc').flatMap(({ place, meaning }) => (meaning ? [[place, meaning]] : [])),
  );
  assert.equal(meanings['x-amz-expires'], 'Valid for 1 h');
  assert.equal(meanings['x-amz-date'], 'Signed 24 Nov 2026, 10:02:11 UTC');
  assert.equal(meanings['x-amz-credential'], 'Signed by TGAK1 for us-east-1, on 20261124');
  assert.equal(meanings['x-link-uses'], 'Uses: 3');
});

test('SEC-514 what is shown of a URL does not let others use it', () => {
  assert.doesNotMatch(withoutSecrets(`${url}&X-Amz-Security-Token=tok%2Fen`), /0123abcd|tok/);
  assert.doesNotMatch(withoutSecrets('https://h/b/k?AWSAccessKeyId=A&Signature=s%2Bg&Expires=1'), /s%2Bg/);
  assert.match(withoutSecrets(url), /X-Amz-Expires=3600/);
});

test('a URL is read in the browser alone: open, expired, signed ahead, incomplete, unsigned, of a curl command', () => {
  const state = (text: string, atMs = nowMs) => readHere(text, atMs).state;
  assert.equal(state(url), 'open');
  assert.equal(state(url, nowMs + 3_600_000), 'expired');
  assert.equal(state(url, nowMs - 3_600_000), 'not-yet');
  assert.equal(state(`curl -fO '${url}'`), 'open');
  assert.equal(state('https://h/b/k?AWSAccessKeyId=A&Signature=s&Expires=1'), 'expired');
  assert.equal(state('https://h/b/k'), 'unsigned');
  assert.deepEqual(readHere(url.replace(/&X-Amz-Signature.*/, ''), nowMs).missing, ['X-Amz-Signature']);
  assert.equal(urlIn(`curl -H 'a: b' "${url}"`), url);
});

test('what was signed is put together from what came, and the differing characters are found', () => {
  const came = 'GET\n/reports/q3.pdf\nX=1\nhost:files.example.com\n\nhost\nUNSIGNED-PAYLOAD';
  const base = { outcome: 'fails', checks: [], inspection: {} as never, text: '', canonicalRequest: came } as const;
  const cause = { reason: '', title: '', text: '', fix: '' };
  const of = (what: string, signed: string, got: string) =>
    signedRequest({ ...base, checks: [], cause: { ...cause, change: { what, signed, got } } });
  assert.equal(of('host', 'localhost:9000', 'files.example.com')?.split('\n')[3], 'host:localhost:9000');
  assert.equal(of('method', 'PUT', 'GET')?.split('\n')[0], 'PUT');
  assert.equal(of('key', 'Q3.pdf', 'q3.pdf')?.split('\n')[1], '/reports/Q3.pdf');
  assert.equal(of('addressing style', 'path', 'host'), undefined);
  const pairs = pairLines(of('key', 'Q3.pdf', 'q3.pdf') ?? '', came);
  assert.deepEqual(
    pairs.filter(({ isEqual }) => !isEqual).map(({ signed }) => signed),
    [
      [
        { at: 0, text: '/reports/', differs: false },
        { at: 9, text: 'Q', differs: true },
        { at: 10, text: '3.pdf', differs: false },
      ],
    ],
  );
});

test('a changed host is fixed where it is signed, or in the proxy', () => {
  const cause = { reason: 'HostChanged', title: '', text: '', fix: '', id: 'host-changed' };
  const fixes = fixesOf(cause, 'https://files.example.com');
  assert.deepEqual(
    fixes.map(({ title }) => title),
    ['Sign with the public address', 'Or make the proxy forward Host'],
  );
  assert.ok(fixes[0]?.texts.every(([, text]) => text.includes('https://files.example.com')));
  assert.deepEqual(fixesOf({ ...cause, id: 'expired' }, 'https://x'), []);
});
