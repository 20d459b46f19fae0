import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressIn, clientPrefix, keptAddress } from './address.ts';
import { countedTerms, effectiveTerms, isCounted } from './effective.ts';
import { TokenBuckets } from './token-bucket.ts';
import { Transfers } from './transfers.ts';
import { looksLikeVisitor } from './visitor.ts';
import { archiveEnd, dataDescriptor, directoryRecord, localHeader, ZipSize } from './zip-records.ts';

test('LNK-20 of several numbers the strictest counts, of several flags any', () => {
  const early = new Date(1000);
  const late = new Date(2000);
  const terms = effectiveTerms({ uses: 5, maxBytes: 10, minBytes: 1, notBefore: early, rate: 1000 }, 'PUT', [
    { uses: 3, maxBytes: 20, minBytes: 4, notBefore: late, https: true, grace: 60 },
    { clients: 2, writeOnce: true },
  ]);
  assert.deepEqual(
    [terms.uses, terms.maxBytes, terms.minBytes, terms.notBefore, terms.https, terms.clients, terms.writeOnce],
    [3, 10, 4, late, true, 2, true],
  );
  assert.deepEqual(countedTerms(terms), { uses: 3, graceMs: 60_000, clients: 2, totalBytes: undefined });
  assert.ok(isCounted(terms));
});

test('LNK-20 what others say of another method is passed over', () => {
  const terms = effectiveTerms({}, 'GET', [{ maxBytes: 1, types: ['image/png'], writeOnce: true, uses: 1 }]);
  assert.deepEqual([terms.maxBytes, terms.types, terms.writeOnce, terms.uses], [undefined, [], false, 1]);
});

test('LNK-21 lists of several sources all have to hold', () => {
  const terms = effectiveTerms({ ip: ['10.0.0.0/8'] }, 'GET', [{ ip: ['10.1.0.0/16'] }], { ip: ['10.1.2.3'] });
  assert.deepEqual(terms.ip, [['10.0.0.0/8'], ['10.1.0.0/16'], ['10.1.2.3']]);
});

test('LNK-22 what lets more through counts in the link alone', () => {
  assert.equal(effectiveTerms({}, 'GET', [{ zip: true, grant: 'a/' }]).zip, false);
});

const addresses: readonly (readonly [address: string, entry: string, inside: boolean])[] = [
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['::ffff:10.1.2.3', '10.0.0.0/8', true],
  ['::ffff:a01:203', '10.0.0.0/8', true],
  ['10.1.2.3', '::ffff:10.0.0.0/104', true],
  ['11.1.2.3', '::ffff:10.0.0.0/104', false],
  ['2001:db8:1:2:3::4', '2001:db8:1:2::/64', true],
  ['2001:db8:1:3::4', '2001:db8:1:2::/64', false],
  ['10.1.2.3', '::/0', false],
  ['2001:db8::1', '0.0.0.0/0', false],
  ['nonsense', '0.0.0.0/0', false],
];
for (const [address, entry, inside] of addresses) {
  test(`SEC-212 LNK-21 ${address} ${inside ? 'lies' : 'does not lie'} in ${entry}`, () => {
    assert.equal(addressIn(address, [entry]), inside);
  });
}

test('SEC-231 a client is an IPv4 address or the /64 of an IPv6 one, mapped or not', () => {
  assert.equal(clientPrefix('::ffff:10.1.2.3'), clientPrefix('10.1.2.3'));
  assert.equal(clientPrefix('2001:db8:1:2:3::4'), clientPrefix('2001:db8:1:2:ffff::'));
  assert.notEqual(clientPrefix('2001:db8:1:2::'), clientPrefix('2001:db8:1:3::'));
});

test('LNK-38 addresses are kept whole, shortened or not at all', () => {
  assert.deepEqual(
    (['full', 'prefix', 'none'] as const).map((policy) => keptAddress('203.0.113.7', policy)),
    ['203.0.113.7', '203.0.113.0/24', ''],
  );
  assert.equal(keptAddress('2001:db8:1:2::3', 'prefix'), '2001:db8:1::/48');
});

/** A clock that runs when it is told to. */
function handClock() {
  let nowMs = 0;
  let due: { readonly atMs: number; readonly run: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs: number, run: () => void) {
      const entry = { atMs: nowMs + delayMs, run };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
    pass(ms: number) {
      const untilMs = nowMs + ms;
      for (;;) {
        due.sort((left, right) => left.atMs - right.atMs);
        const [next] = due;
        if (next === undefined || next.atMs > untilMs) break;
        due.shift();
        nowMs = next.atMs;
        next.run();
      }
      nowMs = untilMs;
    },
    waiting: () => due.length,
  };
}

test('LNK-28 transfers of one link share its rate, and nothing is kept when they are over', async () => {
  const clock = handClock();
  const buckets = new TokenBuckets(clock);
  const one = buckets.hold('link', 1000);
  const two = buckets.hold('link', 1000);
  assert.equal(one.bucket, two.bucket);
  const { signal } = new AbortController();
  let passed = 0;
  for (const { bucket } of [one, two, one, two]) {
    void bucket.take(500, signal).then(() => {
      passed += 500;
    });
  }
  clock.pass(1000);
  await Promise.resolve();
  assert.ok(passed >= 500 && passed <= 1500, String(passed));
  clock.pass(1000);
  await Promise.resolve();
  assert.equal(passed, 2000);
  one.release();
  two.release();
  assert.notEqual(buckets.hold('link', 1000).bucket, one.bucket);
});

test('LNK-32 transfers are looked at when something changed, and no timer runs without any', () => {
  const clock = handClock();
  let epoch = 1;
  let refused = false;
  let judged = 0;
  let cuts = 0;
  const transfers = new Transfers(clock, () => epoch);
  const judge = () => {
    judged += 1;
    return refused ? new (class extends Error {})('no') : undefined;
  };
  // Sound: a refusal is only handed on.
  const end = transfers.begin({ judge: judge as never, cut: () => (cuts += 1) }, 1);
  clock.pass(1000);
  assert.deepEqual([judged, cuts], [0, 0]);
  epoch = 2;
  clock.pass(200);
  assert.deepEqual([judged, cuts], [1, 0]);
  refused = true;
  epoch = 3;
  clock.pass(200);
  assert.deepEqual([judged, cuts, transfers.open], [2, 1, 0]);
  end();
  clock.pass(1000);
  assert.equal(clock.waiting(), 0);
});

test('LNK-32 a transfer that was admitted before a change that others have seen is looked at', () => {
  const clock = handClock();
  const transfers = new Transfers(clock, () => 2);
  let judged = 0;
  const judge = () => {
    judged += 1;
    return undefined;
  };
  transfers.begin({ judge, cut: () => undefined }, 2);
  transfers.begin({ judge, cut: () => undefined }, 1);
  clock.pass(200);
  assert.equal(judged, 2);
});

test('LNK-33 programs look like no visitor', () => {
  const header = (agent: string) => (name: string) => (name === 'user-agent' ? agent : undefined);
  for (const agent of [
    'curl/8',
    'Wget/1',
    'aria2/1.37',
    'Go-http-client/2.0',
    'rclone/v1.70',
    'VLC/3.0',
    'Java/21',
    'pipeline/2',
  ]) {
    assert.ok(!looksLikeVisitor(header(agent)), agent);
  }
});

// Office asks for an address itself before it gives it to the browser; messengers fetch what is written into a message.
test('LNK-33 robots and programs that look at a link for somebody get the page', () => {
  for (const agent of [
    'Googlebot/2.1',
    'Microsoft Office Word 2014 (16.0.19029) Windows NT 10.0',
    'ms-office/16',
    'Outlook-iOS/2.0',
    'SkypeUriPreview Preview/0.5',
    'Teams/1.0',
    'Line/14.2',
    'Signal-Android/7.20',
    'WhatsApp/2.23',
    'Viber/20',
  ]) {
    assert.ok(
      looksLikeVisitor((name) => (name === 'user-agent' ? agent : undefined)),
      agent,
    );
  }
});

test('LNK-36 the announced length is that of the records, past 4 GiB and 65,535 files too', () => {
  const size = new ZipSize();
  let dataBytes = 0;
  let directoryBytes = 0;
  const count = 66_000;
  for (let at = 0; at < count; at += 1) {
    const entry = {
      name: `ä/${at}`,
      sizeBytes: at % 20_000 === 1 ? 5 * 1024 ** 3 : at,
      modifiedAtMs: 1_800_000_000_000,
    };
    size.add(entry);
    directoryBytes += directoryRecord(entry, { crc: 1, offset: dataBytes }).byteLength;
    dataBytes += localHeader(entry).byteLength + entry.sizeBytes + dataDescriptor(entry, 1).byteLength;
  }
  const end = archiveEnd(count, dataBytes, directoryBytes).byteLength;
  assert.equal(size.totalBytes, dataBytes + directoryBytes + end);
  assert.equal(end, 98);
});
