import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkFacts } from '../../links/link-store.ts';
import {
  type FileCaps,
  newShareToken,
  passwordTries,
  passwordWindowMs,
  type ReceivedFile,
  reservedMs,
  type ShareRecord,
  type ShareStore,
  shareFacts,
  shareLinkId,
} from '../../links/share-store.ts';
import { openLocalSubject } from '../../local/test-support/open-subject.ts';
import { MemoryShares } from '../../memory/memory-shares.ts';
import { seededRandom } from '../objects/subject.ts';

type Subject = {
  readonly shares: ShareStore;
  /** Moves the clocks. */
  readonly advance: (byMs: number) => void;
  readonly close: () => Promise<void>;
};

const engines: Readonly<Record<string, () => Promise<Subject>>> = {
  memory: () =>
    Promise.resolve({ shares: new MemoryShares(), advance: () => undefined, close: () => Promise.resolve() }),
  async sqlite() {
    const { store, clock, close } = await openLocalSubject();
    return { shares: store.shares, advance: (byMs) => clock.advance(byMs), close };
  },
};

const startMs = 1_700_000_000_000;
const random = seededRandom(7);

function share(changes: Partial<ShareRecord> = {}): ShareRecord {
  const token = newShareToken(random);
  return {
    linkId: shareLinkId(token),
    kind: 'share',
    token,
    accountId: 'a1',
    accessKeyId: 'TGAK1',
    target: { kind: 'keys', bucket: 'b', keys: ['k/é', 'k/2'] },
    limits: { uses: 3, notBefore: new Date(startMs), ip: ['10.0.0.0/8'] },
    passwordHash: 'scrypt$a$b',
    title: 'T',
    note: undefined,
    createdAtMs: startMs,
    expiresAtMs: undefined,
    closedAtMs: undefined,
    notify: [],
    ...changes,
  };
}

function file(key: string, atMs = startMs): ReceivedFile {
  return { name: 'n', key, sizeBytes: 3, sha256: 'ab', atMs, receiptId: 'rc_1', client: '192.0.2.1' };
}

type Asked = { readonly sizeBytes?: number | undefined; readonly caps?: Partial<FileCaps>; readonly bucket?: string };

/** How a reservation ended: `reserved` with the bytes that it may have, `taken`, or what is full. */
async function reserve(
  shares: ShareStore,
  linkId: string,
  key: string,
  { sizeBytes, caps, bucket = 'b' }: Asked = {},
): Promise<string> {
  const all = { files: undefined, bytes: undefined, ...caps };
  const made = await shares.reserveFile({ linkId, bucket, key, sizeBytes, caps: all, nowMs: startMs });
  if (made.kind === 'full') return `full ${made.what}`;
  return made.kind === 'taken' || made.bytes === undefined ? made.kind : `reserved ${made.bytes}`;
}

const factsOfRequest = (linkId: string): LinkFacts => ({ ...shareFacts(share({ kind: 'request' }), 'h'), id: linkId });

const sharesQuery = {
  kind: 'share',
  accountId: undefined,
  accessKeyId: undefined,
  cursor: undefined,
  limit: 10,
} as const;

const rules: Readonly<Record<string, (shares: ShareStore, advance: Subject['advance']) => Promise<void>>> = {
  async 'SHR-2 a share is found by its identity and by the name that people see, as it was made'(shares) {
    const whole = share({
      expiresAtMs: startMs + 1,
      note: 'N',
      target: { kind: 'keys', bucket: 'b', keys: ['k'], versionId: 'v1' },
    });
    const folder = share({
      kind: 'request',
      target: { kind: 'prefix', bucket: 'b', prefix: 'in/' },
      passwordHash: undefined,
      notify: ['wh_a', 'wf_b'],
    });
    await shares.create(whole);
    await shares.create(folder);
    for (const one of [whole, folder]) {
      assert.deepEqual(await shares.find(one.linkId), one);
      assert.deepEqual(await shares.findShown(one.linkId.slice(0, 16)), one);
    }
    assert.equal(await shares.find(share().linkId), undefined);
    assert.equal(await shares.findShown('zzzzzzzzzzzzzzzz'), undefined);
    await assert.rejects(shares.create(whole));
  },
  async 'SHR-10 a change replaces what it names, takes away what it says is undefined, and leaves the rest'(shares) {
    const made = share();
    await shares.create(made);
    const change = {
      limits: { uses: 1 },
      title: undefined,
      note: 'N',
      expiresAtMs: 5,
      closedAtMs: 6,
      notify: ['wh_a'],
    };
    assert.deepEqual(await shares.edit(made.linkId, change), { ...made, ...change });
    assert.deepEqual(await shares.find(made.linkId), { ...made, ...change });
    assert.deepEqual(await shares.edit(made.linkId, {}), { ...made, ...change });
    assert.equal(await shares.edit(share().linkId, change), undefined);
  },
  async 'ADM-5 shares are listed newest first, by kind, account and key, page by page'(shares) {
    const all = [
      share(),
      share({ accountId: 'a2', accessKeyId: 'TGAK2' }),
      share({ kind: 'request' }),
      share({ accessKeyId: 'TGAK3' }),
      share(),
    ];
    for (const one of all) await shares.create(one);
    const ids = async (query: Partial<Parameters<ShareStore['list']>[0]>) =>
      (await shares.list({ ...sharesQuery, ...query })).items.map(({ linkId }) =>
        all.findIndex((one) => one.linkId === linkId),
      );
    assert.deepEqual(await ids({}), [4, 3, 1, 0]);
    assert.deepEqual(await ids({ kind: 'request' }), [2]);
    assert.deepEqual(await ids({ accountId: 'a1' }), [4, 3, 0]);
    assert.deepEqual(await ids({ accountId: 'a1', accessKeyId: 'TGAK3' }), [3]);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await shares.list({ ...sharesQuery, cursor, limit: 2 });
      assert.ok(page.items.length <= 2);
      seen.push(...page.items.map(({ linkId }) => all.findIndex((one) => one.linkId === linkId)));
      cursor = page.next;
    } while (cursor !== undefined);
    assert.deepEqual(seen, [4, 3, 1, 0]);
  },
  async 'SHR-12 a client has ten tries a share in a window, whoever asks at once, and other clients and shares their own'(
    shares,
  ) {
    const takes = await Promise.all(
      Array.from({ length: passwordTries + 4 }, () => shares.takeTry('one', 'c', startMs)),
    );
    const left = takes.filter((tries) => tries !== undefined).sort((a, b) => a - b);
    assert.deepEqual(
      left,
      Array.from({ length: passwordTries }, (_, n) => n),
    );
    assert.equal(await shares.takeTry('one', 'd', startMs), passwordTries - 1);
    assert.equal(await shares.takeTry('two', 'c', startMs), passwordTries - 1);
    assert.equal(await shares.takeTry('one', 'c', startMs + passwordWindowMs - 1), undefined);
    assert.equal(await shares.takeTry('one', 'c', startMs + passwordWindowMs), passwordTries - 1);
  },
  async 'SHR-12 tries are forgotten when the password was right, and swept when their window is over'(shares) {
    for (let n = 0; n < passwordTries; n += 1) await shares.takeTry('one', 'c', startMs);
    await shares.sweep(startMs + passwordWindowMs);
    assert.equal(await shares.takeTry('one', 'c', startMs), undefined);
    await shares.forgiveTries('one', 'c');
    assert.equal(await shares.takeTry('one', 'c', startMs), passwordTries - 1);
    await shares.sweep(startMs + passwordWindowMs + 1);
    assert.equal(await shares.takeTry('one', 'c', startMs), passwordTries - 1);
  },
  async 'SHR-22 of all that want a key at once exactly one gets it, until nothing came under it'(shares) {
    const wanted = await Promise.all(Array.from({ length: 20 }, (_, n) => reserve(shares, `request ${n % 3}`, 'in/x')));
    assert.deepEqual(wanted.toSorted(), ['reserved', ...Array.from({ length: 19 }, () => 'taken')]);
    assert.equal(await reserve(shares, 'request 0', 'in/x', { bucket: 'c' }), 'reserved');
    await shares.releaseFile('b', 'in/x');
    assert.equal(await reserve(shares, 'request 0', 'in/x'), 'reserved');
    assert.equal(await reserve(shares, 'request 0', 'in/x'), 'taken');
    // From now on the object itself holds the name, until it is deleted.
    assert.equal(shares.finishFile(factsOfRequest('request 1'), 'b', file('in/x')), undefined);
    assert.notEqual(shares.finishFile(factsOfRequest('request 0'), 'b', file('in/x')), undefined);
    assert.equal(shares.finishFile(factsOfRequest('request 0'), 'b', file('in/x')), undefined);
    assert.equal(await reserve(shares, 'request 0', 'in/x'), 'reserved');
    await shares.releaseFile('b', 'in/x');
    assert.equal((await shares.listFiles({ linkId: 'request 0', cursor: undefined, limit: 9 })).items.length, 1);
  },
  async 'SHR-26 what is on its way counts against the caps, what was released does not, what came does for ever'(
    shares,
  ) {
    const made = share({ kind: 'request' });
    await shares.create(made);
    const { linkId } = made;
    const caps = { files: 3, bytes: 10 };
    const wanted = await Promise.all(
      Array.from({ length: 9 }, (_, n) => reserve(shares, linkId, `${n}`, { sizeBytes: 3, caps })),
    );
    assert.equal(wanted.filter((one) => one === 'reserved 3').length, 3);
    assert.equal(wanted.filter((one) => one === 'full files').length, 6);
    assert.deepEqual(await shares.countFiles(linkId), { files: 0, bytes: 0, open: 3 });
    const at = wanted.flatMap((one, n) => (one === 'reserved 3' ? [`${n}`] : []));
    const [first = '', second = '', third = ''] = at;
    const counts = shares.finishFile(factsOfRequest(linkId), 'b', file(first));
    assert.deepEqual(counts, { files: 1, bytes: 3, open: 2 });
    await shares.releaseFile('b', second);
    assert.equal(await reserve(shares, linkId, 'large', { sizeBytes: 5, caps }), 'full bytes');
    assert.equal(await reserve(shares, linkId, 'fits', { sizeBytes: 4, caps }), 'reserved 4');
    await shares.releaseFile('b', 'fits');
    assert.equal(await reserve(shares, linkId, 'unknown', { caps }), 'reserved 4');
    assert.equal(await reserve(shares, linkId, 'unknown 2', { caps: { bytes: 10 } }), 'full bytes');
    await shares.releaseFile('b', 'unknown');
    await shares.releaseFile('b', third);
    assert.deepEqual(await shares.countFiles(linkId), { files: 1, bytes: 3, open: 0 });
    assert.equal(await reserve(shares, linkId, 'other', { sizeBytes: 1, caps: { files: 1 } }), 'full files');
  },
  async 'SHR-26 a reservation whose sender is gone is free again, one that is kept up is not'(shares, advance) {
    assert.equal(await reserve(shares, 'r', 'in/gone'), 'reserved');
    assert.equal(await reserve(shares, 'r', 'in/kept'), 'reserved');
    await shares.sweep(startMs);
    advance(reservedMs - 1);
    await shares.sweep(startMs + reservedMs - 1);
    assert.equal(await reserve(shares, 'r', 'in/gone'), 'taken');
    await shares.keepFile('b', 'in/kept', startMs + reservedMs - 1);
    advance(1);
    await shares.sweep(startMs + reservedMs);
    assert.equal(await reserve(shares, 'r', 'in/gone'), 'reserved');
    assert.equal(await reserve(shares, 'r', 'in/kept'), 'taken');
  },
  async 'SHR-23 files that came are listed newest first, each to its own request, and none that did not'(shares) {
    for (const [n, key] of ['a', 'b', 'c', 'd'].entries()) {
      const linkId = key === 'c' ? 'other' : 'mine';
      await reserve(shares, linkId, key);
      if (key !== 'd') shares.finishFile(factsOfRequest(linkId), 'b', file(key, startMs + n));
    }
    assert.deepEqual(await shares.listFiles({ linkId: 'mine', cursor: undefined, limit: 9 }), {
      items: [file('b', startMs + 1), file('a', startMs)],
      next: undefined,
    });
    const first = await shares.listFiles({ linkId: 'mine', cursor: undefined, limit: 1 });
    assert.deepEqual(
      first.items.map(({ key }) => key),
      ['b'],
    );
    const second = await shares.listFiles({ linkId: 'mine', cursor: first.next, limit: 1 });
    assert.deepEqual([second.items.map(({ key }) => key), second.next], [['a'], undefined]);
  },
};

for (const [engine, open] of Object.entries(engines)) {
  for (const [rule, check] of Object.entries(rules)) {
    test(`${rule} (${engine})`, async () => {
      const { shares, advance, close } = await open();
      try {
        await check(shares, advance);
      } finally {
        await close();
      }
    });
  }
}
