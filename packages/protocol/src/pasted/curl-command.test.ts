import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCurlCommand, shellWords } from './curl-command.ts';

for (const [line, words] of [
  [`curl -f 'a b' "c \\" d" e\\ f`, ['curl', '-f', 'a b', 'c " d', 'e f']],
  ['curl \\\n  x', ['curl', 'x']],
  [`a'b'"c"d`, ['abcd']],
  [`''`, ['']],
] as const) {
  test(`the words of ${JSON.stringify(line)} are ${JSON.stringify(words)}`, () => {
    assert.deepEqual(shellWords(line), words);
  });
}

for (const [line, expected] of [
  ["curl -fOJ 'https://h/b/k?X=1&Y=2'", { url: 'https://h/b/k?X=1&Y=2', headers: [] }],
  [
    "curl -fT in.csv -H 'content-type: text/csv' 'https://h/b'",
    { url: 'https://h/b', method: 'PUT', headers: [['content-type', 'text/csv']] },
  ],
  ['curl -sXDELETE --max-time 3 https://h/b', { url: 'https://h/b', method: 'DELETE', headers: [] }],
  ['curl -I https://h/b', { url: 'https://h/b', method: 'HEAD', headers: [] }],
  ['curl -F key=a -F file=@x https://h/b', { url: 'https://h/b', method: 'POST', headers: [] }],
  [
    "curl -H 'Accept:' -H 'X-Amz-Acl: public-read' --url https://h/b",
    { url: 'https://h/b', headers: [['x-amz-acl', 'public-read']] },
  ],
  ['/usr/bin/curl -r 0-1 https://h/b', { url: 'https://h/b', headers: [['range', 'bytes=0-1']] }],
] as const) {
  test(`the request of ${line}`, () => {
    assert.deepEqual(readCurlCommand(line), expected);
  });
}

for (const line of ['wget https://h/b', 'https://h/b?X-Amz-Date=1', 'curl -f', '']) {
  test(`${JSON.stringify(line)} is no curl command with a URL`, () => {
    assert.equal(readCurlCommand(line), undefined);
  });
}
