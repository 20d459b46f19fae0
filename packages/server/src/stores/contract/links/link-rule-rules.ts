import assert from 'node:assert/strict';
import type { LinkFacts, RevocationMatch } from '../../links/link-store.ts';
import { hourMs, idOf, type LinkRule, linkOf, noteOf, revocationOf, startMs } from './link-subject.ts';

const full = linkOf('b', { label: 'invoice', sessionTokenHash: 'h1' });
const later = { signedAtMs: startMs + hourMs };

/** What a match of each kind covers, and what it does not. */
const matches: readonly { match: RevocationMatch; covered: readonly LinkFacts[]; spared: readonly LinkFacts[] }[] = [
  {
    match: { kind: 'link', id: full.id },
    covered: [full, { ...full, ...later }],
    spared: [{ ...full, id: idOf('c') }],
  },
  {
    match: { kind: 'label', accessKeyId: 'TGAK1', label: 'invoice' },
    covered: [full, { ...full, id: idOf('c') }],
    spared: [
      { ...full, accessKeyId: 'TGAK2' },
      { ...full, label: undefined },
      { ...full, ...later },
    ],
  },
  {
    match: { kind: 'object', bucket: 'photos', key: 'a/b.jpg' },
    covered: [full],
    spared: [
      { ...full, key: 'a/b.jpg2' },
      { ...full, bucket: 'other' },
      { ...full, ...later },
    ],
  },
  {
    match: { kind: 'prefix', bucket: 'photos', prefix: 'a/' },
    covered: [full, { ...full, key: 'a/' }, { ...full, key: 'a/x/y' }],
    spared: [
      { ...full, key: 'ab/c' },
      { ...full, key: 'A/b' },
      { ...full, bucket: 'other' },
      { ...full, ...later },
    ],
  },
  {
    match: { kind: 'access-key', accessKeyId: 'TGAK1' },
    covered: [full],
    spared: [
      { ...full, accessKeyId: 'TGAK12' },
      { ...full, ...later },
    ],
  },
  { match: { kind: 'session', tokenHash: 'h1' }, covered: [full], spared: [{ ...full, sessionTokenHash: 'h2' }] },
];

/** LDG-30…49: taking back, tightening, registering, policies. */
export const linkRuleRules: readonly LinkRule[] = [
  ...matches.map(({ match, covered, spared }) => ({
    name: `LDG-30 LDG-31 SEC-220 SEC-207 a revocation by ${match.kind} covers what it says, links never seen too, and nothing else`,
    async check({ links, clock }: Parameters<LinkRule['check']>[0]) {
      const made = await links.revoke(revocationOf(match, clock.nowMs()));
      assert.match(made.id, /^rv_[a-z0-9]{16}$/);
      for (const link of covered) assert.deepEqual(links.findRevocation(link), made, JSON.stringify(link));
      for (const link of spared) assert.equal(links.findRevocation(link), undefined, JSON.stringify(link));
      assert.equal(await links.undoRevocation(made.id), true);
      for (const link of covered) assert.equal(links.findRevocation(link), undefined);
      assert.equal(await links.undoRevocation(made.id), false);
    },
  })),
  {
    name: 'LDG-31 a link without a signing time is always covered, one that was seen before is covered too',
    async check({ links, clock }) {
      const seen = linkOf('d', later);
      links.note(noteOf(seen, clock.nowMs()));
      await links.flush();
      await links.revoke(revocationOf({ kind: 'access-key', accessKeyId: 'TGAK1' }, clock.nowMs()));
      assert.notEqual(links.findRevocation(linkOf('c', { signature: 'sigv2', signedAtMs: undefined })), undefined);
      assert.notEqual(links.findRevocation(seen), undefined);
      assert.equal(links.findRevocation(linkOf('f', later)), undefined);
    },
  },
  {
    name: 'LDG-33 a grant does not open what was taken back below it',
    async check({ links, clock }) {
      const grant = linkOf('b', { key: 'a/', keyIsPrefix: true });
      await links.revoke(revocationOf({ kind: 'prefix', bucket: 'photos', prefix: 'a/x/' }, clock.nowMs()));
      await links.revoke(revocationOf({ kind: 'object', bucket: 'photos', key: 'a/one' }, clock.nowMs()));
      assert.equal(links.findRevocation(grant), undefined);
      assert.equal(links.findRevocation(grant, 'a/y/z'), undefined);
      assert.notEqual(links.findRevocation(grant, 'a/x/z'), undefined);
      assert.notEqual(links.findRevocation(grant, 'a/one'), undefined);
    },
  },
  {
    name: 'LDG-34 revocations are listed newest first, page by page, and counted before they are made',
    async check({ links, clock }) {
      for (const start of ['b', 'c', 'd']) links.note(noteOf(linkOf(start), clock.nowMs()));
      links.note(noteOf(linkOf('f', { key: 'z', expiresAtMs: startMs - 1 }), clock.nowMs()));
      const everything: RevocationMatch = { kind: 'prefix', bucket: 'photos', prefix: '' };
      assert.deepEqual(await links.countMatches(everything, clock.nowMs(), 100), { matched: 4, active: 3 });
      assert.equal((await links.countMatches(everything, clock.nowMs(), 2)).matched, 2);
      const below: RevocationMatch = { kind: 'prefix', bucket: 'photos', prefix: 'a/' };
      assert.equal((await links.countMatches(below, startMs - 2 * hourMs, 100)).matched, 0);
      const made = [];
      for (const value of ['1', '2', '3']) {
        made.unshift(await links.revoke(revocationOf({ kind: 'access-key', accessKeyId: value }, clock.nowMs())));
      }
      const first = await links.listRevocations({ cursor: undefined, limit: 2 });
      const second = await links.listRevocations({ cursor: first.next, limit: 2 });
      assert.deepEqual([...first.items, ...second.items], made);
      assert.equal(second.next, undefined);
    },
  },
  {
    name: 'LDG-40 every change of what links are judged by changes the epoch',
    async check({ links, clock }) {
      const epochs = new Set([links.epoch()]);
      const made = await links.revoke(revocationOf({ kind: 'link', id: idOf('b') }, clock.nowMs()));
      epochs.add(links.epoch());
      await links.undoRevocation(made.id);
      epochs.add(links.epoch());
      await links.putPolicy({ accessKeyId: 'TGAK1', name: 'p', limits: { uses: 2 } });
      epochs.add(links.epoch());
      await links.deletePolicy('TGAK1', 'p');
      epochs.add(links.epoch());
      await links.register(linkOf('b'), { note: undefined, label: undefined });
      epochs.add(links.epoch());
      await links.tighten(idOf('b'), { uses: 1 });
      epochs.add(links.epoch());
      assert.equal(epochs.size, 7);
      assert.equal(links.epoch(), links.epoch());
    },
  },
  {
    name: 'LDG-42 SEC-234 a policy is its own key’s, and holds changed or deleted at once',
    async check({ links }) {
      const notBefore = new Date(startMs);
      await links.putPolicy({ accessKeyId: 'TGAK1', name: 'p', limits: { uses: 2, notBefore } });
      assert.deepEqual(links.readPolicy('TGAK1', 'p')?.limits, { uses: 2, notBefore });
      assert.equal(links.readPolicy('TGAK2', 'p'), undefined);
      await links.putPolicy({ accessKeyId: 'TGAK1', name: 'p', limits: { uses: 1 } });
      assert.equal(links.readPolicy('TGAK1', 'p')?.limits.uses, 1);
      assert.equal((await links.listPolicies('TGAK1')).length, 1);
      assert.equal(await links.deletePolicy('TGAK1', 'p'), true);
      assert.equal(links.readPolicy('TGAK1', 'p'), undefined);
      assert.equal(await links.deletePolicy('TGAK1', 'p'), false);
    },
  },
  {
    name: 'LDG-43 a link is tightened in the ledger and for every request from then on',
    async check({ links, clock }) {
      const link = linkOf('b', { limits: { uses: 5 } });
      assert.equal(await links.tighten(link.id, { uses: 1 }), undefined);
      links.note(noteOf(link, clock.nowMs(), { limited: true }));
      await links.tighten(link.id, { uses: 2, ip: ['192.0.2.0/24'] });
      const record = await links.tighten(link.id, { expiresAtMs: startMs - 1 });
      const terms = { uses: 2, ip: ['192.0.2.0/24'], expiresAtMs: startMs - 1 };
      assert.deepEqual(links.readTightening(link.id), terms);
      assert.deepEqual([record?.tightening, record?.uses.limit, record?.state], [terms, 2, 'expired']);
      assert.equal(links.readTightening(idOf('c')), undefined);
    },
  },
  {
    name: 'LDG-44 SEC-238 a link is registered before its first use, once, and for its own key',
    async check({ links, clock }) {
      const link = linkOf('b');
      assert.equal(links.isRegistered(link), false);
      const made = await links.register(link, { note: 'for ACME', label: 'acme' });
      assert.deepEqual(
        [made.note, made.label, made.registeredAtMs, made.firstSeenMs, made.lastSeenMs],
        ['for ACME', 'acme', clock.nowMs(), undefined, undefined],
      );
      clock.advance(1_000);
      assert.deepEqual(await links.register(link, { note: 'again', label: 'other' }), made);
      assert.equal(links.isRegistered(link), true);
      assert.equal(links.isRegistered({ ...link, accessKeyId: 'TGAK2' }), false);
    },
  },
];
