import assert from 'node:assert/strict';
import type { EventSums } from '../../links/event-sums.ts';
import type { DaySum, LinkQuery, LinkRecord, LinkStore } from '../../links/link-store.ts';
import {
  Holder,
  hourMs,
  idOf,
  type LinkRule,
  linkOf,
  noteOf,
  queryOf,
  read,
  refusedNote,
  revocationOf,
  startMs,
} from './link-subject.ts';

const dayMs = 24 * hourMs;

async function listed(links: LinkStore, changes: Partial<LinkQuery>): Promise<string[]> {
  const found: LinkRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await links.listLinks(queryOf({ limit: 2, ...changes, cursor }));
    assert.ok(page.items.length <= 2);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return found.map(({ id }) => id.replace(/a+$/, ''));
}

/** Six links that differ in everything that is asked for. */
async function sixLinks({ links, clock }: Parameters<LinkRule['check']>[0]): Promise<void> {
  const at = (minute: number): number => clock.nowMs() + minute * 60_000;
  links.note(noteOf(linkOf('b', { label: 'in-1' }), at(1)));
  links.note(noteOf(linkOf('c', { bucket: 'other', key: 'x' }), at(2)));
  links.note(
    refusedNote(linkOf('d', { accessKeyId: 'TGAK2', accountId: 'account-2', label: 'in-2' }), at(3), 'LinkUsesSpent'),
  );
  links.note(noteOf(linkOf('f', { key: 'b/c', expiresAtMs: clock.nowMs() - 1 }), at(4)));
  links.note(
    noteOf(linkOf('g', { kind: 'share', expiresAtMs: undefined, signature: 'none', signedAtMs: undefined }), at(5)),
  );
  await links.flush();
  const holder = new Holder({ links, clock, close: () => Promise.resolve() }, linkOf('h', { limits: { uses: 1 } }), {
    uses: 1,
  });
  holder.sent(await holder.claim(read(0, 1_000)), 0, 1_000);
  links.note(noteOf(linkOf('h', { limits: { uses: 1 } }), at(6), { limited: true }));
  await links.revoke(revocationOf({ kind: 'link', id: idOf('b') }, clock.nowMs()));
}

const queries: readonly (readonly [string, Partial<LinkQuery>, readonly string[]])[] = [
  ['nothing', {}, ['h', 'g', 'f', 'd', 'c', 'b']],
  ['order', { order: 'asc', sort: 'firstSeen' }, ['h', 'b', 'c', 'd', 'f', 'g']],
  ['the end', { order: 'asc', sort: 'expires' }, ['f', 'b', 'c', 'd', 'h', 'g']],
  ['being made', { sort: 'created' }, ['h', 'g', 'f', 'd', 'c', 'b']],
  ['account', { accountId: 'account-2' }, ['d']],
  ['states active', { states: ['active'] }, ['g', 'd', 'c']],
  ['states spent', { states: ['spent'] }, ['h']],
  ['states revoked', { states: ['revoked'] }, ['b']],
  ['states expired', { states: ['expired'] }, ['f']],
  ['several states', { states: ['expired', 'spent'] }, ['h', 'f']],
  ['kind', { kinds: ['share', 'request'] }, ['g']],
  ['bucket', { bucket: 'photos' }, ['h', 'g', 'f', 'd', 'b']],
  ['bucket and prefix', { bucket: 'photos', prefix: 'b/' }, ['f']],
  ['access key', { accessKeyId: 'TGAK2' }, ['d']],
  ['label', { label: 'in-1' }, ['b']],
  ['beginning of a label', { label: 'in-*' }, ['d', 'b']],
  ['any label', { label: '*' }, ['d', 'b']],
  ['refusals', { refusedOnly: true }, ['d']],
  ['never having been used', { unusedOnly: true }, ['d']],
  ['never having been used and a state', { unusedOnly: true, states: ['spent'] }, []],
  ['time seen', { seenFromMs: startMs + 2 * 60_000, seenToMs: startMs + 3 * 60_000 }, ['d', 'c']],
  ['bucket and time', { bucket: 'photos', seenFromMs: startMs + 4 * 60_000 }, ['h', 'g', 'f']],
  ['nothing there', { bucket: 'none' }, []],
];

/** Active, spent, revoked, expired; unused and ending of the active; matching. */
const totals: readonly (readonly [string, Partial<LinkQuery>, readonly number[]])[] = [
  ['nothing asked', {}, [3, 1, 1, 1, 1, 2, 6]],
  ['a state', { states: ['expired', 'spent'] }, [3, 1, 1, 1, 1, 2, 2]],
  ['never used', { unusedOnly: true }, [3, 1, 1, 1, 1, 2, 1]],
  ['never used and spent', { unusedOnly: true, states: ['spent'] }, [3, 1, 1, 1, 1, 2, 0]],
  ['a bucket', { bucket: 'photos', states: ['active'] }, [2, 1, 1, 1, 1, 1, 2]],
  ['an account', { accountId: 'account-2' }, [1, 0, 0, 0, 1, 1, 1]],
  ['a label', { label: 'in-*' }, [1, 0, 1, 0, 1, 1, 2]],
  ['a kind', { kinds: ['share'] }, [1, 0, 0, 0, 0, 0, 1]],
  ['a time', { seenFromMs: startMs + 4 * 60_000 }, [1, 1, 0, 1, 0, 0, 3]],
];

/** LDG-50…85: records, queries, events, refusals, retention. */
export const linkLedgerRules: readonly LinkRule[] = [
  {
    name: 'LDG-50 LDG-60 a link that was used is a record with all that happened',
    async check({ links, clock }) {
      const link = linkOf('b', { label: 'l', limits: { ip: ['192.0.2.0/24'], notBefore: new Date(startMs - 5_000) } });
      links.note(noteOf(link, clock.nowMs()));
      links.note(noteOf(link, clock.nowMs() + 5, { clientPrefix: '192.0.2.2', bytesIn: 3 }));
      links.note(refusedNote(link, clock.nowMs() + 9, 'LinkAddressNotAllowed'));
      assert.deepEqual(await links.readLink(link.id), {
        ...link,
        state: 'active',
        note: undefined,
        firstSeenMs: clock.nowMs(),
        lastSeenMs: clock.nowMs() + 9,
        firstUsedMs: clock.nowMs(),
        lastUsedMs: clock.nowMs() + 5,
        registeredAtMs: undefined,
        uses: { count: 2, limit: undefined, open: 0 },
        bytes: { out: 20, in: 3, limit: undefined },
        clients: 2,
        refusals: { LinkAddressNotAllowed: 1 },
        tightening: {},
        revocation: undefined,
      });
    },
  },
  {
    name: 'LDG-50 a claim alone makes the record of a limited link',
    async check(subject) {
      const link = linkOf('b', { limits: { uses: 2 } });
      await new Holder(subject, link, { uses: 2 }).claim(read(0, 10));
      const record = await subject.links.readLink(link.id);
      assert.deepEqual(record?.uses, { count: 1, limit: 2, open: 1 });
      assert.equal(record?.firstSeenMs, subject.clock.nowMs());
    },
  },
  {
    name: 'LDG-2 LDG-51 a link is found by its whole identity and by what people see of it',
    async check({ links, clock }) {
      links.note(noteOf(linkOf('b'), clock.nowMs()));
      for (const name of [idOf('b'), idOf('b').slice(0, 16), `lk_${idOf('b').slice(0, 16)}`]) {
        assert.equal((await links.readLink(name))?.id, idOf('b'), name);
      }
      for (const name of ['', 'lk_', 'b', idOf('c'), 'lk_baaa', '%', "' OR 1"]) {
        assert.equal(await links.readLink(name), undefined, name);
      }
    },
  },
  ...queries.map(([what, query, ids]) => ({
    name: `LDG-52 the ledger is listed by ${what}, page by page`,
    async check(subject: Parameters<LinkRule['check']>[0]) {
      await sixLinks(subject);
      assert.deepEqual(await listed(subject.links, query), ids);
    },
  })),
  ...totals.map(([what, filter, expected]) => ({
    name: `LDG-55 links are counted by state: ${what}`,
    async check(subject: Parameters<LinkRule['check']>[0]) {
      await sixLinks(subject);
      const { byState, unused, ending, matching, atMs } = await subject.links.countLinks({
        accountId: undefined,
        ...filter,
      });
      const { active, spent, revoked, expired } = byState;
      assert.deepEqual([active, spent, revoked, expired, unused, ending, matching], expected);
      assert.equal(atMs, subject.clock.nowMs());
    },
  })),
  {
    name: 'LDG-56 uses and refusals of whole hours are those of all smaller steps, for each account and key',
    async check(subject) {
      await sixLinks(subject);
      const hourMs = 3_600_000;
      subject.links.note(noteOf(linkOf('c', { bucket: 'other', key: 'x' }), startMs + hourMs, { bytesOut: 7 }));
      await subject.links.flush();
      const fromMs = Math.floor(startMs / hourMs) * hourMs;
      const all = { accountId: undefined, accessKeyId: undefined };
      for (const bounds of [all, { ...all, accountId: 'account-2' }, { ...all, accessKeyId: 'TGAK1' }]) {
        const query = { ...bounds, linkId: undefined, fromMs, toMs: fromMs + 3 * hourMs };
        const hours = await subject.links.sumEvents({ ...query, stepMs: hourMs });
        const halves = await subject.links.sumEvents({ ...query, stepMs: hourMs / 2 });
        const merged = halves.groups.map((group) => ({ ...group, step: Math.floor(group.step / 2) }));
        assert.deepEqual(totalsOf(hours.groups), totalsOf(merged));
        assert.ok(hours.complete && hours.groups.length > 0);
      }
    },
  },
  {
    name: 'LDG-70 LDG-71 first use, use, refusal and the last use are events, in order, with ids that are cursors',
    async check(subject) {
      const { links, clock } = subject;
      const link = linkOf('b', { limits: { uses: 1 } });
      const holder = new Holder(subject, link, { uses: 1 });
      holder.sent(await holder.claim(read(0, 1_000)), 0, 1_000);
      await links.flush();
      links.note(noteOf(link, clock.nowMs(), { limited: true }));
      await links.flush();
      links.note(refusedNote(link, clock.nowMs(), 'LinkUsesSpent'));
      links.note(noteOf(linkOf('c'), clock.nowMs()));
      const all = await links.listEvents({ linkId: link.id, cursor: undefined, limit: 10, order: 'asc' });
      const types = ['link.spent', 'link.first-used', 'link.used', 'link.refused'];
      assert.deepEqual(
        all.items.map(({ type }) => type),
        types,
      );
      assert.ok(all.items.every(({ id }) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)));
      const ids = all.items.map(({ id }) => id);
      assert.deepEqual(ids, [...ids].sort());
      const rest = await links.listEvents({ linkId: link.id, cursor: ids[1], limit: 10, order: 'asc' });
      assert.deepEqual(
        rest.items.map(({ id }) => id),
        ids.slice(2),
      );
      const newest = await links.listEvents({
        linkId: link.id,
        types: ['link.used'],
        cursor: undefined,
        limit: 1,
        order: 'desc',
      });
      assert.deepEqual(
        newest.items.map(({ id }) => id),
        [ids[2]],
      );
      const everything = await links.listEvents({ linkId: undefined, cursor: undefined, limit: 100, order: 'asc' });
      assert.equal(everything.items.length, 6);
    },
  },
  {
    name: 'LDG-64 requests that no link could be named for are counted by reason, bucket and key',
    async check({ links, clock }) {
      const note = { reason: 'SignatureMismatch', bucket: 'photos', accessKeyId: 'TGAK1', atMs: clock.nowMs() };
      for (let time = 0; time < 3; time += 1) links.refuse(note);
      links.refuse({ ...note, bucket: 'other', atMs: clock.nowMs() + 5 });
      links.refuse({ ...note, reason: 'LinkExpired' });
      assert.deepEqual(await links.listRefusals({ groupBy: ['reason'], sinceMs: clock.nowMs() }), [
        { group: { reason: 'SignatureMismatch' }, count: 4, lastMs: clock.nowMs() + 5 },
        { group: { reason: 'LinkExpired' }, count: 1, lastMs: clock.nowMs() },
      ]);
      const byBoth = await links.listRefusals({ groupBy: ['bucket', 'reason'], sinceMs: 0 });
      assert.deepEqual(byBoth[0], {
        group: { bucket: 'photos', reason: 'SignatureMismatch' },
        count: 3,
        lastMs: clock.nowMs(),
      });
      assert.deepEqual(await links.listRefusals({ groupBy: [], sinceMs: clock.nowMs() + 2 * hourMs }), []);
      assert.equal((await links.listLinks(queryOf())).items.length, 0);
    },
  },
  {
    name: 'LDG-85 what links did that were swept is left as sums, by the day each was last seen, by bucket and key',
    async check({ links, clock }) {
      const day = startMs - (startMs % dayMs) - 40 * dayMs;
      const ended = { expiresAtMs: startMs - 31 * dayMs };
      links.note(noteOf(linkOf('b', ended), day + 5, { bytesIn: 1 }));
      links.note(noteOf(linkOf('b', ended), day + 6));
      links.note(refusedNote(linkOf('c', ended), day + dayMs - 1, 'LinkTypeNotAllowed'));
      links.note(noteOf(linkOf('d', { ...ended, bucket: 'music' }), day + 7));
      links.note(noteOf(linkOf('f', { ...ended, accessKeyId: 'TGAK2' }), day + dayMs));
      links.note(noteOf(linkOf('g'), day + 8));
      await links.flush();
      await links.sweep(clock.nowMs());
      const of = (dayMs: number, bucket: string, accessKeyId: string, sums: Partial<DaySum>): DaySum => ({
        ...{ dayMs, bucket, accessKeyId, links: 1, uses: 1, bytesIn: 0, bytesOut: 10, refused: 0, ...sums },
      });
      const all = [
        of(day + dayMs, 'photos', 'TGAK2', {}),
        of(day, 'photos', 'TGAK1', { links: 2, uses: 2, bytesIn: 1, bytesOut: 20, refused: 1 }),
        of(day, 'music', 'TGAK1', {}),
      ];
      type Query = Parameters<LinkStore['listDays']>[0];
      const listOf = async (changes: Partial<Query>): Promise<readonly DaySum[]> => {
        const found: DaySum[] = [];
        let cursor: string | undefined;
        do {
          const every = { bucket: undefined, accessKeyIds: undefined, fromMs: 0, toMs: startMs, limit: 1 };
          const page = await links.listDays({ ...every, ...changes, cursor });
          found.push(...page.items);
          cursor = page.next;
        } while (cursor !== undefined);
        return found;
      };
      assert.deepEqual(await listOf({}), all);
      assert.deepEqual(await listOf({ bucket: 'photos', limit: 10 }), all.slice(0, 2));
      assert.deepEqual(await listOf({ accessKeyIds: ['TGAK1', 'TGAK9'] }), all.slice(1));
      assert.deepEqual(await listOf({ accessKeyIds: [] }), []);
      assert.deepEqual(await listOf({ fromMs: day + 1 }), all.slice(0, 1));
      assert.deepEqual(await listOf({ toMs: day + dayMs }), all.slice(1));
      await links.sweep(day + 401 * dayMs);
      assert.deepEqual(await listOf({}), all.slice(0, 1));
    },
  },
  {
    name: 'LDG-80 LDG-82 what ended a month ago is swept, and a revocation when nothing that it can match is left',
    async check({ links, clock }) {
      links.note(noteOf(linkOf('b', { expiresAtMs: startMs - 31 * dayMs }), startMs - 32 * dayMs));
      links.note(noteOf(linkOf('c', { expiresAtMs: startMs - 29 * dayMs }), startMs - 32 * dayMs));
      links.note(noteOf(linkOf('d', { expiresAtMs: undefined }), startMs - 400 * dayMs));
      await links.flush();
      const match = { kind: 'access-key', accessKeyId: 'TGAK9' } as const;
      const done = await links.revoke(revocationOf(match, startMs, startMs - 1));
      const kept = await links.revoke(revocationOf(match, startMs, startMs + 1));
      const forever = await links.revoke(revocationOf(match, startMs));
      assert.equal(links.findRevocation(linkOf('f', { accessKeyId: 'TGAK9' }))?.id, done.id);
      await links.sweep(clock.nowMs());
      assert.deepEqual(await listed(links, { sort: 'created', order: 'asc' }), ['c', 'd']);
      const left = await links.listRevocations({ cursor: undefined, limit: 10 });
      assert.deepEqual(
        left.items.map(({ id }) => id),
        [forever.id, kept.id],
      );
      assert.equal(links.findRevocation(linkOf('f', { accessKeyId: 'TGAK9' }))?.id, kept.id);
    },
  },
];

/** Counts and bytes of groups that agree in all else. */
function totalsOf(groups: EventSums['groups']): unknown {
  const totals = new Map<string, readonly [number, number]>();
  for (const { count, bytes, ...of } of groups) {
    const name = JSON.stringify([of.step, of.isUse, of.isGet, of.reason ?? '']);
    const [counted, sent] = totals.get(name) ?? [0, 0];
    totals.set(name, [counted + count, sent + bytes]);
  }
  return new Map([...totals].sort());
}
