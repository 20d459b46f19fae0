import assert from 'node:assert/strict';
import { Holder, type LinkRule, linkOf, minuteMs, read, readToEnd, termsOf, write } from './link-subject.ts';

/** LDG-10…29: uses, sessions, clients, bytes. */
export const linkClaimRules: readonly LinkRule[] = [
  {
    name: 'LDG-10 SEC-203 of 50 parallel downloads on five uses exactly five are had',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 5 });
      const all = await Promise.allSettled(Array.from({ length: 50 }, () => holder.claim(read(0, 1_000))));
      assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 5);
      assert.equal((await subject.links.readLink(linkOf('b').id))?.uses.count, 5);
    },
  },
  {
    name: 'LDG-10 SEC-203 of 20 parallel writes on one use exactly one is had',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b', { method: 'PUT' }), { uses: 1 });
      const all = await Promise.allSettled(Array.from({ length: 20 }, () => holder.claim(write)));
      assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
    },
  },
  {
    name: 'LDG-11 LDG-12 one use buys the object and a quarter, rounded up, from any address',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      holder.sent(await holder.claim(read(1, 998, 999)), 1, 998);
      for (let byte = 0; byte < 251; byte += 1) {
        holder.sent(await holder.claim(read(5, 1, 999), `192.0.2.${byte}`), 5, 1);
      }
      await holder.refused(read(5, 1, 999), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-12 a range fits beside a slow download of the whole, as no more is reserved than a window',
    async check(subject) {
      const objectBytes = 100_000_000;
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      const whole = await holder.claim(read(0, objectBytes, objectBytes));
      assert.equal(whole.reservedBytes, objectBytes / 8);
      for (let part = 1; part < 8; part += 1) {
        const offset = (part * objectBytes) / 8;
        const beside = await holder.claim(read(offset, objectBytes / 8, objectBytes));
        assert.deepEqual([beside.spentUse, beside.reservedBytes], [false, objectBytes / 128]);
        await holder.extendAll(beside, objectBytes / 8);
        holder.sent(beside, offset, objectBytes / 8);
      }
      // The last byte that anybody lacks is the end of the window: with it the session is over.
      holder.sent(whole, 0, objectBytes / 8);
      await holder.refused(read(5, 1, objectBytes), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-13 from the moment the last bytes are reserved nobody begins again, and it is open again if they are not sent',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      await holder.fetch(0, 600);
      const last = await holder.claim(read(600, 400));
      await holder.refused(read(0, 1_000), 'LinkUsesSpent');
      const other = new Holder(subject, linkOf('c'), { uses: 1 });
      await other.fetch(0, 600);
      other.failed(await other.claim(read(600, 400)), 100, 600);
      assert.equal((await other.claim(read(0, 1_000))).spentUse, false);
      holder.sent(last, 600, 400);
    },
  },
  {
    name: 'LDG-13 LDG-14 what was sent stays known when a download begins again',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      await holder.fetch(500, 500);
      await holder.fetch(100, 400);
      // Nothing is under way, as between two ranges of a parallel download: its first range comes last.
      assert.equal((await holder.fetch(0, 400)).spentUse, false);
      await holder.refused(read(0, 1_000), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-12 SEC-210 a hundred ranges, sixteen at a time, are one use, and then it is spent',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      const ranges = Array.from({ length: 100 }, (_, index) => index * 10);
      let spent = 0;
      for (let at = 0; at < ranges.length; at += 16) {
        const slice = ranges.slice(at, at + 16);
        const claims = await Promise.all(slice.map((offset) => holder.claim(read(offset, 10))));
        for (const [index, claim] of claims.entries()) holder.sent(claim, slice[index] ?? 0, 10);
        spent += claims.filter((claim) => claim.spentUse).length;
      }
      assert.equal(spent, 1);
      await holder.refused(read(0, 1_000), 'LinkUsesSpent');
      await holder.refused(read(500, 1), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-13 a session closes when all arrived: the next download is another use',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 2 });
      assert.equal((await holder.fetch(0, 1_000)).usesLeft, 1);
      assert.equal((await holder.fetch(0, 1_000)).usesLeft, 0);
      await holder.refused(read(0, 1_000), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-13 another version of the object is another session',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 2 });
      const first = await holder.claim(read(0, 500));
      const second = await holder.claim(read(500, 500, 1_000, 'e2'));
      assert.deepEqual([first.spentUse, second.spentUse], [true, true]);
    },
  },
  {
    name: 'LDG-14 SEC-210 a download begins again from its first byte twice and no more',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      for (let time = 0; time < 3; time += 1) {
        const claim = await holder.claim(read(0, 1_000));
        assert.equal(claim.spentUse, time === 0);
        holder.sent(claim, 0, 900);
      }
      await holder.refused(read(0, 1_000), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-14 SEC-210 the first half again and again is never more than three sessions hold',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      let bytes = 0;
      for (let time = 0; time < 20; time += 1) {
        try {
          await holder.fetch(0, 500);
          bytes += 500;
        } catch {
          break;
        }
      }
      assert.ok(bytes >= 1_500 && bytes <= 3_750, `${bytes}`);
      await holder.refused(read(0, 500), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-14 nothing begins again while a transfer of the session is under way',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 2 });
      await holder.claim(read(0, 1_000));
      assert.equal((await holder.claim(read(0, 1_000))).spentUse, true);
      await holder.refused(read(0, 1_000), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-15 SEC-209 what was not sent goes back to the session, and the use stays spent',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      holder.failed(await holder.claim(read(0, 1_000)), 990);
      const rest = await holder.claim(read(990, 10));
      assert.equal(rest.spentUse, false);
      holder.sent(rest, 990, 10);
      await holder.refused(read(0, 1_000), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-15 SEC-209 a use of which no byte was sent is given back',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      for (let time = 0; time < 3; time += 1) {
        const claim = await holder.claim(read(0, 1_000));
        assert.equal(claim.spentUse, true);
        holder.failed(claim);
      }
      assert.equal((await subject.links.readLink(linkOf('b').id))?.uses.count, 0);
    },
  },
  {
    name: 'LDG-15 a use is not given back when anybody drew bytes of its session',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      const first = await holder.claim(read(0, 500));
      const second = await holder.claim(read(500, 500));
      holder.sent(second, 500, 500);
      holder.failed(first);
      assert.equal((await subject.links.readLink(linkOf('b').id))?.uses.count, 1);
      assert.equal((await holder.claim(read(0, 500))).spentUse, false);
    },
  },
  {
    name: 'LDG-15 an empty object that was answered is a use',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      holder.sent(await holder.claim(read(0, 0, 0)), 0, 0);
      await holder.refused(read(0, 0, 0), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-16 a request for more than is left ends the session: another use, or refused',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 2 });
      holder.sent(await holder.claim(read(0, 900)), 0, 900);
      const next = await holder.claim(read(1, 999));
      assert.equal(next.spentUse, true);
      holder.sent(next, 1, 999);
      await holder.refused(read(1, 999), 'LinkUsesSpent');
      await holder.refused(read(1, 1), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-16 who asks for all that follows is given what is left, and the session goes on until its bytes are gone',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      let bytes = 0;
      // A player that seeks to and fro and takes a tenth each time: twelve are the object and nearly its quarter.
      for (let time = 0; time < 12; time += 1) {
        const offset = (time * 370) % 800;
        const claim = await holder.claim(readToEnd(offset));
        assert.equal(claim.spentUse, time === 0);
        assert.ok(claim.reservedBytes >= 100);
        holder.failed(claim, 100, offset);
        bytes += 100;
      }
      assert.equal(bytes, 1_200);
      const last = await holder.claim(readToEnd(300));
      assert.equal(last.reservedBytes, 50);
      holder.sent(last, 300, 50);
      await holder.refused(readToEnd(350), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-16 less than a 64th of the object is not given any more: another use, or refused',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 2 });
      holder.failed(await holder.claim(read(1, 999)), 999, 1);
      holder.failed(await holder.claim(read(1, 236)), 236, 1);
      const next = await holder.claim(readToEnd(1));
      assert.deepEqual([next.spentUse, next.reservedBytes], [true, 999]);
    },
  },
  {
    name: 'LDG-17 a session ends after its grace without a request, and not before',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      await holder.fetch(0, 100);
      subject.clock.advance(10 * minuteMs);
      assert.equal((await holder.fetch(100, 100)).spentUse, false);
      subject.clock.advance(10 * minuteMs + 1);
      await holder.refused(read(200, 100), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-17 a transfer that is under way keeps its session open',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      const slow = await holder.claim(read(0, 500));
      subject.clock.advance(60 * minuteMs);
      assert.equal((await holder.claim(read(500, 100))).spentUse, false);
      holder.sent(slow, 0, 500);
    },
  },
  {
    name: 'LDG-18 a write that failed gives its use back, one that was done does not',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b', { method: 'PUT' }), { uses: 1 });
      holder.failed(await holder.claim(write), 50);
      holder.sent(await holder.claim(write), 0, 100);
      await holder.refused(write, 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-19 SEC-208 what is free spends nothing',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      for (let time = 0; time < 20; time += 1) holder.sent(await holder.claim({ kind: 'free', lengthBytes: 0 }), 0, 0);
      assert.equal((await holder.claim(read(0, 1_000))).spentUse, true);
    },
  },
  {
    name: 'LDG-20 the sum of bytes is reserved before and corrected after each transfer',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { totalBytes: 1_500 });
      const first = await holder.claim(read(0, 1_000));
      await holder.refused(read(0, 501), 'LinkBytesSpent');
      holder.failed(first, 400);
      holder.sent(await holder.claim(read(0, 1_000)), 0, 1_000);
      await holder.refused(read(0, 101), 'LinkBytesSpent');
      holder.sent(await holder.claim(read(0, 100)), 0, 100);
      assert.equal((await subject.links.readLink(linkOf('b').id))?.state, 'spent');
    },
  },
  {
    name: 'LDG-20 an upload of unknown length reserves all that is left',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b', { method: 'PUT' }), { totalBytes: 1_000 });
      const first = await holder.claim({ kind: 'write', declaredBytes: undefined });
      assert.equal(first.reservedBytes, 1_000);
      await holder.refused(write, 'LinkBytesSpent');
      holder.sent(first, 0, 300);
      assert.equal((await holder.claim({ kind: 'write', declaredBytes: undefined })).reservedBytes, 700);
    },
  },
  {
    name: 'LDG-21 SEC-231 clients are counted once each, first come, and of a race one wins',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { clients: 1 });
      const all = await Promise.allSettled(
        ['192.0.2.1', '192.0.2.2'].map((client) => holder.claim(read(0, 10), client)),
      );
      assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
      const [winner, loser] = all[0]?.status === 'fulfilled' ? ['192.0.2.1', '192.0.2.2'] : ['192.0.2.2', '192.0.2.1'];
      await holder.claim(read(0, 10), winner);
      await holder.refused(read(0, 10), 'LinkClientsSpent', loser);
    },
  },
  {
    name: 'LDG-21 a client that is refused takes no place, no use and no bytes',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { clients: 2, uses: 1, totalBytes: 5_000 });
      await holder.claim(read(0, 1_000), '192.0.2.1');
      await holder.refused(read(0, 1_000), 'LinkUsesSpent', '192.0.2.2');
      await holder.refused(read(0, 1_000), 'LinkUsesSpent', '192.0.2.3');
      const record = await subject.links.readLink(linkOf('b').id);
      assert.deepEqual([record?.clients, record?.uses.count], [1, 1]);
    },
  },
  {
    name: 'LDG-22 a claim that was judged by an older state is stale, and takes nothing',
    async check({ links, ...rest }) {
      const link = linkOf('b');
      const request = {
        link,
        terms: termsOf({ uses: 1 }),
        demand: read(0, 10),
        clientPrefix: '',
        epoch: links.epoch(),
      };
      await links.putPolicy({ accessKeyId: 'TGAK1', name: 'p', limits: {} });
      assert.equal(await links.claim(request), 'stale');
      assert.equal((await new Holder({ links, ...rest }, link, { uses: 1 }).claim(read(0, 10))).usesLeft, 0);
    },
  },
  {
    name: 'LDG-23 SEC-206 two links of one label are counted each for itself',
    async check(subject) {
      const one = new Holder(subject, linkOf('b', { label: 'same' }), { uses: 1 });
      const other = new Holder(subject, linkOf('c', { label: 'same' }), { uses: 2 });
      await one.fetch(0, 1_000);
      await one.refused(read(0, 1_000), 'LinkUsesSpent');
      assert.equal((await other.fetch(0, 1_000)).usesLeft, 1);
    },
  },
];
