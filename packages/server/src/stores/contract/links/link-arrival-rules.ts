import assert from 'node:assert/strict';
import { Holder, type LinkRule, linkOf, read, readToEnd } from './link-subject.ts';

const mebibyte = 1_048_576;

/** LDG-11a: bytes that were sent and may not have arrived. */
export const linkArrivalRules: readonly LinkRule[] = [
  {
    name: 'LDG-11a what was sent to a client that left may be sent again, never the whole',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      const whole = await holder.claim(read(0, 1_000));
      holder.left(whole, 0, 1_000);
      await holder.refused(read(0, 1_000), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-11a a client whose connection broke takes the rest of what was sent, and what arrived is over',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      const broken = await holder.claim(read(0, 1_000));
      holder.left(broken, 0, 1_000);
      subject.links.confirm(broken, { start: 0, end: 999 }, 'lost');
      const rest = await holder.claim(readToEnd(400));
      assert.deepEqual([rest.spentUse, rest.reservedBytes], [false, 600]);
      holder.sent(rest, 400, 600);
      // It went on at 400, so that it had what is before that, and now it has the rest.
      await holder.refused(read(0, 1), 'LinkUsesSpent');
      const other = new Holder(subject, linkOf('c'), { uses: 1 });
      const whole = await other.claim(read(0, 1_000));
      other.left(whole, 0, 1_000);
      subject.links.confirm(whole, { start: 0, end: 999 }, 'sure');
      await other.refused(readToEnd(400), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-11a who left with all of a small object sent to a closed connection takes it by ranges, as a program that only looked',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1 });
      const opened = await holder.claim(readToEnd(0));
      holder.left(opened, 0, 1_000);
      subject.links.confirm(opened, { start: 0, end: 999 }, 'lost');
      await holder.refused(read(0, 1_000), 'LinkUsesSpent');
      const again = new Holder(subject, linkOf('c'), { uses: 1 });
      const other = await again.claim(readToEnd(0));
      again.left(other, 0, 1_000);
      subject.links.confirm(other, { start: 0, end: 999 }, 'lost');
      for (const offset of [500, 0]) assert.equal((await again.fetch(offset, 500)).spentUse, false);
      await again.refused(read(1, 1), 'LinkUsesSpent');
    },
  },
  {
    name: 'LDG-11a LDG-13 a program whose connection broke goes on though the buffers held 20 MiB of a large object',
    async check(subject) {
      for (const isSettledBefore of [false, true]) {
        const holder = new Holder(subject, linkOf(isSettledBefore ? 'b' : 'c'), { uses: 1 });
        const objectBytes = 40 * mebibyte;
        const broken = await holder.claim(read(0, objectBytes, objectBytes));
        await holder.extendAll(broken, objectBytes);
        const delivered = { start: 0, end: objectBytes - 1 };
        if (isSettledBefore) {
          holder.left(broken, 0, objectBytes);
          subject.links.confirm(broken, delivered, 'lost');
        } else holder.left(broken, 0, objectBytes, 'lost');
        const from = 20 * mebibyte;
        const rest = await holder.claim(readToEnd(from, objectBytes));
        assert.equal(rest.spentUse, false);
        await holder.extendAll(rest, objectBytes - from);
        holder.sent(rest, from, objectBytes - from);
        await holder.refused(read(0, 1, objectBytes), 'LinkUsesSpent');
      }
    },
  },
  {
    name: 'LDG-11a LDG-16 SEC-210 while transfers are under way a small object is sent once more at most, less a byte',
    async check(subject) {
      const holder = new Holder(subject, linkOf('b'), { uses: 1, totalBytes: 10_000 });
      const first = await holder.claim(readToEnd(1));
      const second = await holder.claim(readToEnd(500));
      const third = await holder.claim(readToEnd(200));
      const reserved = [first, second, third].map(({ reservedBytes }) => reservedBytes);
      assert.deepEqual([reserved, third.spentUse], [[999, 500, 500], false]);
      holder.failed(first, 99, 1);
      const fourth = await holder.claim(readToEnd(600));
      assert.equal(fourth.reservedBytes, 400);
      for (const [claim, offset] of [
        [second, 500],
        [third, 200],
        [fourth, 600],
      ] as const)
        holder.sent(claim, offset, claim.reservedBytes);
      const record = await subject.links.readLink(linkOf('b').id);
      assert.equal(record?.uses.count, 1);
      await holder.refused(readToEnd(1), 'LinkUsesSpent');
    },
  },
];
