import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import fc from 'fast-check';
import { readSeed } from '../../../../../../test/seed.ts';
import type { Claim, ClaimRequest, DeliveredRange, LinkStore } from '../../links/link-store.ts';
import { openLocalSubject } from '../../local/test-support/open-subject.ts';
import { MemoryLinks } from '../../memory/memory-links.ts';
import { seededRandom, TestClock } from '../objects/subject.ts';
import { linkOf, noteOf, queryOf, refusedNote, revocationOf, termsOf } from './link-subject.ts';

const runs = Number(process.env['TIDEGATE_MODEL_RUNS'] ?? 60);
const seed = readSeed();

type Step =
  | {
      readonly kind: 'claim';
      readonly link: number;
      readonly what: 'read' | 'to-end' | 'write' | 'unknown' | 'free';
      readonly offset: number;
      readonly length: number;
      readonly client: number;
    }
  | {
      readonly kind: 'settle';
      readonly which: number;
      readonly share: number;
      readonly outcome: 'done' | 'failed';
      readonly arrival: 'sure' | 'unsure' | 'lost';
    }
  | { readonly kind: 'extend'; readonly which: number; readonly share: number }
  | { readonly kind: 'confirm'; readonly which: number; readonly arrival: 'sure' | 'lost' }
  | {
      readonly kind: 'note' | 'refused' | 'register' | 'tighten' | 'revoke';
      readonly link: number;
      readonly way: number;
    }
  | { readonly kind: 'undo'; readonly which: number }
  | { readonly kind: 'clock'; readonly byMs: number };

const small = fc.nat({ max: 2 });
const anyLink = fc.nat({ max: 3 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('claim' as const),
        link: anyLink,
        what: fc.constantFrom('read', 'read', 'to-end', 'to-end', 'write', 'unknown', 'free'),
        offset: fc.constantFrom(0, 0, 10, 50, 90),
        length: fc.constantFrom(0, 10, 50, 100),
        client: small,
      }),
    },
    {
      weight: 7,
      arbitrary: fc.record({
        kind: fc.constant('settle' as const),
        which: fc.nat({ max: 9 }),
        share: fc.constantFrom(0, 0.5, 1, 1),
        outcome: fc.constantFrom('done' as const, 'failed' as const),
        arrival: fc.constantFrom('sure' as const, 'unsure' as const, 'lost' as const),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('extend' as const),
        which: fc.nat({ max: 9 }),
        share: fc.constantFrom(0.5, 1, 1),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('confirm' as const),
        which: fc.nat({ max: 9 }),
        arrival: fc.constantFrom('sure' as const, 'lost' as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('note', 'refused', 'register', 'tighten', 'revoke'),
        link: small,
        way: fc.nat({ max: 5 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo' as const), which: small }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('clock' as const),
        byMs: fc.constantFrom(500, 30_000, 60_001, 3_600_000),
      }),
    },
  ),
  { maxLength: 60, size: 'max' },
);

/** The last link's object is larger than a window (LDG-12): places in it are in parts of 40,000 bytes. */
const objectSizes = [100, 100, 100, 4_000_000];
const graceMs = 60_000;
const terms = [
  termsOf({ uses: 2, graceMs }),
  termsOf({ uses: 1, graceMs, clients: 2, totalBytes: 250 }),
  termsOf({ totalBytes: 300, clients: 1, graceMs }),
  termsOf({ uses: 2, graceMs }),
];

/** A claim, the first byte that it is for, and how far it may go. */
type Taken = {
  readonly claim: Claim;
  readonly offset: number;
  readonly wantedBytes: number;
  grantedBytes: number;
  sentBytes: number;
};

/** One store with what the program has in its hands. */
class Side {
  readonly #links: LinkStore;
  readonly #clock: TestClock;
  readonly #salt: string;
  readonly #claims: Taken[] = [];
  readonly #unsure: { readonly claim: Claim; readonly delivered: DeliveredRange }[] = [];
  readonly #revocations: string[] = [];

  constructor(links: LinkStore, clock: TestClock, salt: string) {
    this.#links = links;
    this.#clock = clock;
    this.#salt = salt;
  }

  link(index: number): ReturnType<typeof linkOf> {
    const start = `${'bcde'[index]}${this.#salt}`;
    return linkOf(start, {
      bucket: `bucket-${this.#salt}`,
      label: `label-${this.#salt}`,
      accessKeyId: `K${this.#salt}`,
    });
  }

  async run(step: Step): Promise<unknown> {
    switch (step.kind) {
      case 'claim':
        return await this.#claim(step);
      case 'settle': {
        const [taken] = this.#claims.splice(step.which % Math.max(1, this.#claims.length), 1);
        if (taken === undefined) return 'nothing';
        const { claim, offset, grantedBytes, sentBytes } = taken;
        const movedBytes = Math.max(sentBytes, Math.floor(grantedBytes * step.share));
        const delivered = movedBytes === 0 ? undefined : { start: offset, end: offset + movedBytes - 1 };
        const { outcome, arrival } = step;
        this.#links.settle(claim, { movedBytes, delivered, outcome, arrival });
        if (arrival === 'unsure' && delivered !== undefined) this.#unsure.push({ claim, delivered });
        return 'settled';
      }
      case 'extend': {
        const taken = this.#claims[step.which % Math.max(1, this.#claims.length)];
        if (taken?.claim.session === undefined) return 'nothing';
        const sentBytes = Math.max(taken.sentBytes, Math.floor(taken.grantedBytes * step.share));
        taken.sentBytes = sentBytes;
        const neededBytes = taken.wantedBytes - taken.grantedBytes;
        const extendedBytes = await this.#links.extend(taken.claim, { sentBytes, neededBytes });
        taken.grantedBytes += extendedBytes;
        return extendedBytes;
      }
      case 'confirm': {
        const [settled] = this.#unsure.splice(step.which % Math.max(1, this.#unsure.length), 1);
        if (settled !== undefined) this.#links.confirm(settled.claim, settled.delivered, step.arrival);
        return 'confirmed';
      }
      case 'note':
        this.#links.note(noteOf(this.link(step.link), this.#clock.nowMs(), { clientPrefix: `${step.way}` }));
        // A claim that comes before the note is written would be the first sight.
        return await this.#links.flush();
      case 'refused':
        this.#links.note(refusedNote(this.link(step.link), this.#clock.nowMs(), `Reason${step.way % 2}`));
        return await this.#links.flush();
      case 'register':
        await this.#links.flush();
        return await this.#record(
          await this.#links.register(this.link(step.link), { note: `${step.way}`, label: undefined }),
        );
      case 'tighten':
        await this.#links.flush();
        return await this.#record(await this.#links.tighten(this.link(step.link).id, { uses: step.way }));
      case 'revoke': {
        await this.#links.flush();
        const { id, label = '', accessKeyId, bucket, key } = this.link(step.link);
        const matches = [
          { kind: 'link', id },
          { kind: 'label', label, accessKeyId },
          { kind: 'object', bucket, key },
          { kind: 'prefix', bucket, prefix: 'a' },
          { kind: 'access-key', accessKeyId },
          { kind: 'session', tokenHash: 'x' },
        ] as const;
        const match = matches[step.way] ?? matches[0];
        const made = await this.#links.revoke(revocationOf(match, this.#clock.nowMs() - (step.way % 2) * 7_200_000));
        this.#revocations.push(made.id);
        return 'revoked';
      }
      case 'undo': {
        const [id] = this.#revocations.splice(step.which % Math.max(1, this.#revocations.length), 1);
        return id === undefined ? 'nothing' : await this.#links.undoRevocation(id);
      }
      case 'clock':
        return this.#clock.advance(step.byMs);
    }
  }

  /** Everything that can be seen. */
  async seen(): Promise<unknown> {
    await this.#links.flush();
    const records = [];
    for (const index of [0, 1, 2, 3]) records.push(await this.#record(await this.#links.readLink(this.link(index).id)));
    const list = await this.#links.listLinks(queryOf({ bucket: `bucket-${this.#salt}`, states: ['active', 'spent'] }));
    const counted = await this.#links.countLinks({ accountId: undefined, bucket: `bucket-${this.#salt}` });
    // All links are counted from sums, and those of a filter one by one.
    const all = await this.#links.countLinks({ accountId: undefined });
    assert.deepEqual(all, await this.#links.countLinks({ accountId: undefined, seenFromMs: 0 }));
    return { records, listed: list.items.map(({ id }) => id).sort(), counted };
  }

  async #claim(step: Extract<Step, { kind: 'claim' }>): Promise<unknown> {
    const objectBytes = objectSizes[step.link] ?? 0;
    const offset = (step.offset * objectBytes) / 100;
    const lengthBytes = Math.min((step.length * objectBytes) / 100, objectBytes - offset);
    const read = { kind: 'read', key: 'k', etag: 'e', objectBytes, offset } as const;
    const demands: Readonly<Record<typeof step.what, ClaimRequest['demand']>> = {
      read: { ...read, lengthBytes },
      write: { kind: 'write', declaredBytes: step.length },
      'to-end': { ...read, lengthBytes: objectBytes - offset, toEnd: true },
      unknown: { kind: 'write', declaredBytes: undefined },
      free: { kind: 'free', lengthBytes: step.length },
    };
    const request = {
      link: this.link(step.link),
      terms: terms[step.link] ?? termsOf(),
      demand: demands[step.what],
      clientPrefix: `192.0.2.${step.client}`,
      epoch: this.#links.epoch(),
    };
    try {
      const claim = await this.#links.claim(request);
      if (claim === 'stale') return 'stale';
      const { demand } = request;
      const wantedBytes = demand.kind === 'read' ? demand.lengthBytes : claim.reservedBytes;
      this.#claims.push({ claim, offset, wantedBytes, grantedBytes: claim.reservedBytes, sentBytes: 0 });
      return { ...claim, session: claim.session === undefined ? undefined : 'some', transfer: '', linkId: '' };
    } catch (error) {
      if (error instanceof S3Error) return error.reason;
      throw error;
    }
  }

  async #record(record: Awaited<ReturnType<LinkStore['readLink']>>): Promise<unknown> {
    await Promise.resolve();
    if (record === undefined) return undefined;
    return { ...record, revocation: record.revocation === undefined ? undefined : record.revocation.match };
  }
}

test(`LDG-10 LDG-15 LDG-20 LDG-30 LDG-60 random claims, settlements, revocations and clocks are the same on engine and model (seed=${seed} runs=${runs})`, async () => {
  console.log(`link model seed=${seed} runs=${runs}`);
  const { store, clock, close } = await openLocalSubject({ giveBackWaitMs: 0 });
  let round = 0;
  try {
    await fc.assert(
      fc.asyncProperty(steps, async (program) => {
        round += 1;
        const salt = round.toString().replace(/[0-9]/g, (digit) => 'fghijklmno'[Number(digit)] ?? '');
        const modelClock = new TestClock(clock.nowMs());
        const model = new Side(new MemoryLinks({ clock: modelClock, random: seededRandom(1) }), modelClock, salt);
        const engine = new Side(store.links, clock, salt);
        for (const [index, step] of program.entries()) {
          const [expected, actual] = [await model.run(step), await engine.run(step)];
          assert.deepEqual(
            actual,
            expected,
            `step ${index}: ${JSON.stringify(step)} ${JSON.stringify(actual)} ${JSON.stringify(expected)}`,
          );
        }
        assert.deepEqual(await engine.seen(), await model.seen());
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
    assert.ok(round > 0);
  } finally {
    await close();
  }
});
