import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../stores/contract/objects/subject.ts';
import type { Network, OutboundRequest } from '../world/network.ts';
import { mayReach, Outbound, OutboundRefused, outboundTimeoutMs, rangesOf } from './outbound.ts';

const refused = [
  ...['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0.0.0.0', '169.254.169.254', '10.1.2.3'],
  ...['172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '100.127.255.255', 'fc00::1', 'fdff::1', 'fe80::1'],
  ...[
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
    '::',
    '::7f00:1',
    '2002:7f00:1::',
  ],
  ...[
    '2001:0:7f00:1::',
    '192.0.0.8',
    '198.18.0.1',
    '240.0.0.1',
    'fec0::1',
    '::ffff:10.0.0.1',
    '4000::1',
    'nonsense',
    '',
  ],
];
for (const address of refused) {
  test(`SEC-601 ${JSON.stringify(address)} may not be reached`, () => assert.equal(mayReach(address, []), false));
}
for (const address of ['8.8.8.8', '93.184.215.14', '172.32.0.1', '2606:2800:21f::1', '::ffff:8.8.8.8']) {
  test(`SEC-601 ${address} may be reached`, () => assert.equal(mayReach(address, []), true));
}
test('SEC-601 what outbound_allow names may be reached, and nothing beside it', () => {
  const allowed = rangesOf(['10.1.0.0/16', '127.0.0.1', 'fd00::/8']);
  for (const address of ['10.1.2.3', '127.0.0.1', '::ffff:127.0.0.1', 'fd12::1']) assert.ok(mayReach(address, allowed));
  for (const address of ['10.2.0.1', '127.0.0.2', 'fc00::1', '::1']) assert.ok(!mayReach(address, allowed));
});

/** A network in which names lead where the test says, and that notes what is sent. */
function open(names: Readonly<Record<string, readonly string[]>>, allow: readonly string[] = []) {
  const sent: OutboundRequest[] = [];
  const blocked: Readonly<Record<string, string>>[] = [];
  const clock = new TestClock();
  const state = { answer: (): Promise<number> => Promise.resolve(200) };
  const network: Network = {
    resolve(host) {
      const found = names[host] ?? (/^[\d.]+$|^\[/.test(host) ? [host.replace(/^\[|\]$/g, '')] : undefined);
      return found === undefined ? Promise.reject(new Error(`ENOTFOUND ${host}`)) : Promise.resolve(found);
    },
    send(request) {
      sent.push(request);
      return state.answer();
    },
  };
  const outbound = new Outbound({ network, clock, allow, onBlocked: (fields) => blocked.push(fields) });
  const post = (url: string, signal = new AbortController().signal) => outbound.post(url, {}, '{}', signal);
  return { outbound, post, sent, blocked, clock, state };
}

test('SEC-601 SEC-602 every form of a private address is refused when it is configured and when it is sent to', async () => {
  const names = {
    localhost: ['127.0.0.1'],
    '127.0.0.1.nip.io': ['127.0.0.1'],
    'both.example.com': ['8.8.8.8', '10.0.0.1'],
  };
  const { outbound, post, sent, blocked } = open(names);
  const hosts = [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
    '0',
    '2130706433',
  ];
  hosts.push(
    '0x7f000001',
    '0177.0.0.1',
    '169.254.169.254',
    '[64:ff9b::7f00:1]',
    '127.0.0.1.nip.io',
    'both.example.com',
  );
  for (const host of hosts) {
    await assert.rejects(outbound.check(`http://${host}/hook`), OutboundRefused, host);
    await assert.rejects(post(`http://${host}/hook`), OutboundRefused, host);
  }
  assert.deepEqual(sent, []);
  assert.equal(blocked.length, 2 * hosts.length);
  assert.deepEqual(blocked.at(-1), { host: 'both.example.com', address: '10.0.0.1' });
});

test('SEC-602 what is connected to is the address that was looked at, of the last look', async () => {
  const found: Record<string, readonly string[]> = { 'hooks.example.com': ['8.8.8.8'] };
  const { outbound, post, sent } = open(found);
  await outbound.check('https://hooks.example.com/in');
  assert.equal(await post('https://hooks.example.com/in'), 200);
  assert.equal(sent[0]?.address, '8.8.8.8');
  found['hooks.example.com'] = ['192.168.0.1'];
  await assert.rejects(post('https://hooks.example.com/in'), OutboundRefused);
  assert.equal(sent.length, 1);
});

test('SEC-604 other schemes, and a URL with a user or password, are refused', async () => {
  const { outbound } = open({ 'a.example.com': ['8.8.8.8'] });
  const urls = [
    'file:///etc/passwd',
    'gopher://a.example.com/',
    'ftp://a.example.com/',
    'javascript:alert(1)',
    'hooks',
  ];
  urls.push('https://u@a.example.com/', 'https://u:p@a.example.com/', `https://a.example.com/${'x'.repeat(2100)}`);
  for (const url of urls) await assert.rejects(outbound.check(url), OutboundRefused, url);
});

test('EVT-27 a name that does not resolve may be configured; sending to it fails', async () => {
  const { outbound, post } = open({});
  await outbound.check('https://later.example.com/');
  await assert.rejects(post('https://later.example.com/'), /ENOTFOUND/);
});

test('SEC-604 after ten seconds without an answer there is none', async () => {
  const { post, clock, state, sent } = open({ 'a.example.com': ['8.8.8.8'] });
  state.answer = () => new Promise(() => undefined);
  const posting = post('https://a.example.com/');
  const ended = assert.rejects(posting, /No answer within 10 s/);
  while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(outboundTimeoutMs);
  await ended;
});

test('EVT-25 what is under way is ended when the server stops', async () => {
  const { post, state } = open({ 'a.example.com': ['8.8.8.8'] });
  state.answer = () => new Promise(() => undefined);
  const stop = new AbortController();
  const ended = assert.rejects(post('https://a.example.com/', stop.signal));
  stop.abort();
  await ended;
});
