import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { run } from '../outside-tool.ts';
import { bin, tidegate } from './cli.ts';

for (const version of ['14.21.3', '20.20.2', '24.13.9']) {
  test(`Node ${version} is refused as too old, with how to get the right one (2)`, async () => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
    const { code, stdout, stderr } = await run(process.execPath, [
      '--import',
      `data:text/javascript,${encodeURIComponent(pretend)}`,
      bin,
      '--version',
    ]);
    assert.equal(code, 2);
    assert.equal(stdout.toString(), '');
    assert.match(
      stderr,
      new RegExp(`^✗ Tidegate needs Node 24\\.14 or newer; this is ${version.replaceAll('.', '\\.')} `),
    );
    assert.match(stderr, /npm start .*npx --no-install tidegate/);
  });
}

test('the script can be run by itself, and its first line hardens the process and keeps it small', () => {
  assert.ok((statSync(bin).mode & 0o111) !== 0);
  const [first] = readFileSync(bin, 'utf8').split('\n');
  assert.equal(
    first,
    '#!/usr/bin/env -S node --disable-proto=delete --disallow-code-generation-from-strings --max-semi-space-size=4',
  );
});

test('SEC-315 started as `node tidegate.js`, objects have no __proto__ either', async () => {
  const check = `process.on('exit', () => process.stdout.write(String('__proto__' in {})));`;
  const { stdout } = await run(process.execPath, [
    '--import',
    `data:text/javascript,${encodeURIComponent(check)}`,
    bin,
    '-q',
    'help',
    'targets',
  ]);
  assert.match(stdout.toString(), /false$/);
});

test('SEC-315 a bucket or a key that is a name of JavaScript itself is a name like any other', async () => {
  const env = {
    AWS_ACCESS_KEY_ID: 'TGAKEXAMPLEEXAMPLE01',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_ENDPOINT_URL: 'http://h:1',
  };
  const { code, stdout } = await tidegate(
    ['presign', 'put', 'constructor/__proto__', '--metadata', '__proto__=x', '--json=headers,url'],
    { env },
  );
  assert.equal(code, 0);
  assert.match(stdout, /"x-amz-meta-__proto__":"x"/);
  assert.match(stdout, /\/constructor\/__proto__\?/);
});

test('a command whose reader went away ends quietly', async () => {
  const { code, stderr } = await run('/bin/sh', ['-c', `"${process.execPath}" "${bin}" help | head -c 1 >/dev/null`], {
    env: { PATH: process.env['PATH'] ?? '' },
  });
  assert.equal(code, 0);
  assert.equal(stderr, '');
});

test('REL-22 a command that waits for what never comes ends with 1 and says so', async () => {
  const mute = `import http from 'node:http'; import { Writable } from 'node:stream';
    http.request = () => Object.assign(new Writable({ write() {} }), { setTimeout() {} });`;
  const { code, stderr } = await run(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(mute)}`, bin, 'ls'],
    { env: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } },
  );
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^✗ Tidegate ended before its command was done\./);
});
