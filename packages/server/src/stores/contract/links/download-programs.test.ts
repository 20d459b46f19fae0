import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import fc from 'fast-check';
import { readSeed } from '../../../../../../test/seed.ts';
import { addRange, coversWhole, extraBytes, type Ranges, sessionBytes } from '../../links/delivered-ranges.ts';
import type { Claim, LinkStore } from '../../links/link-store.ts';
import { MemoryLinks } from '../../memory/memory-links.ts';
import { seededRandom, TestClock } from '../objects/subject.ts';
import { linkOf, termsOf } from './link-subject.ts';

const runs = Number(process.env['TIDEGATE_PROGRAM_RUNS'] ?? 300);
const seed = readSeed();
const mebibyte = 1_048_576;

/** A download program, its object, and the network between them. */
type Scene = {
  readonly program: 'plain' | 'resumes' | 'aria2c' | 'axel' | 'browser';
  readonly objectBytes: number;
  readonly connections: number;
  /** Most that the sockets of a connection hold of what its client has not read. Linux grows those of a single connection the most. */
  readonly bufferBytes: number;
  readonly numbers: number;
};

const scenesOf = (programs: readonly Scene['program'][], mostBufferBytes: number): fc.Arbitrary<Scene> =>
  fc.record({
    program: fc.constantFrom(...programs),
    objectBytes: fc.integer({ min: 300_000, max: 80 * mebibyte }),
    connections: fc.integer({ min: 2, max: 16 }),
    bufferBytes: fc.integer({ min: 65_536, max: mostBufferBytes }),
    numbers: fc.nat(),
  });
const scenes = fc.oneof(
  scenesOf(['plain', 'resumes'], 24 * mebibyte),
  scenesOf(['aria2c', 'axel', 'browser'], 3 * mebibyte),
);

type Conn = {
  readonly claim: Claim;
  readonly start: number;
  readonly lengthBytes: number;
  /** Where the client stops reading: before the end where somebody else reads the rest. */
  stopBytes: number;
  granted: number;
  sent: number;
  read: number;
  isServerDone: boolean;
  isClientDone: boolean;
};

/** What happens between one store and the connections of one link, step by step. */
class Simulation {
  readonly links: LinkStore;
  readonly scene: Scene;
  readonly random: () => number;
  readonly conns: Conn[] = [];
  sentBytes = 0;
  uses = 0;
  read: Ranges = [];

  constructor(scene: Scene) {
    this.scene = scene;
    const { bytes } = seededRandom(scene.numbers);
    this.random = () => ((bytes(1)[0] ?? 0) * 256 + (bytes(1)[0] ?? 0)) / 65_536;
    this.links = new MemoryLinks({ clock: new TestClock(), random: seededRandom(1) });
  }

  /** @returns undefined when the request is refused */
  async ask(start: number, end: number, kind: 'bounded' | 'to-end' = 'bounded'): Promise<Conn | undefined> {
    const { objectBytes } = this.scene;
    const lengthBytes = end + 1 - start;
    try {
      const claim = await this.links.claim({
        link: linkOf('b'),
        terms: termsOf({ uses: 1 }),
        demand: {
          ...({ kind: 'read', key: 'k', etag: 'e' } as const),
          ...{ objectBytes, offset: start, lengthBytes, toEnd: kind === 'to-end' },
        },
        clientPrefix: '',
        epoch: this.links.epoch(),
      });
      if (claim === 'stale') throw new Error('stale');
      if (claim.spentUse) this.uses += 1;
      const conn = {
        ...{ claim, start, lengthBytes, stopBytes: lengthBytes, granted: claim.reservedBytes },
        ...{ sent: 0, read: 0, isServerDone: false, isClientDone: false },
      };
      this.conns.push(conn);
      return conn;
    } catch (error) {
      if (error instanceof S3Error && error.reason === 'LinkUsesSpent') return undefined;
      throw error;
    }
  }

  /** The server sends as far as windows and buffers go. */
  async #serve(conn: Conn): Promise<void> {
    if (conn.isServerDone) return;
    const room = conn.read + this.scene.bufferBytes - conn.sent;
    const bytes = Math.min(room, conn.granted - conn.sent);
    conn.sent += bytes;
    this.sentBytes += bytes;
    if (conn.sent === conn.lengthBytes) {
      conn.isServerDone = true;
      this.links.settle(conn.claim, this.#settlement(conn, 'unsure'));
    } else if (conn.granted < conn.lengthBytes && conn.sent >= conn.granted / 2) {
      const progress = { sentBytes: conn.sent, neededBytes: conn.lengthBytes - conn.granted };
      conn.granted += await this.links.extend(conn.claim, progress);
    }
  }

  /** The client reads a little, and leaves where it wants no more. */
  #take(conn: Conn): void {
    if (conn.isClientDone) return;
    const most = Math.min(conn.sent, conn.stopBytes) - conn.read;
    const bytes = Math.min(most, 16_384 + Math.floor(this.random() * 400_000));
    if (bytes > 0) {
      const from = conn.start + conn.read;
      conn.read += bytes;
      this.read = addRange(this.read, from, from + bytes - 1) ?? assert.fail('too many ranges');
    }
    if (conn.read === conn.stopBytes) this.leave(conn);
  }

  leave(conn: Conn): void {
    if (conn.isClientDone) return;
    conn.isClientDone = true;
    if (!conn.isServerDone) {
      conn.isServerDone = true;
      this.links.settle(conn.claim, this.#settlement(conn, 'lost'));
    } else if (conn.sent > 0) {
      const delivered = { start: conn.start, end: conn.start + conn.sent - 1 };
      this.links.confirm(conn.claim, delivered, conn.read === conn.sent ? 'sure' : 'lost');
    }
  }

  #settlement({ start, sent }: Conn, arrival: 'unsure' | 'lost') {
    const delivered = sent === 0 ? undefined : { start, end: start + sent - 1 };
    return { movedBytes: sent, delivered, outcome: sent === 0 ? 'failed' : 'done', arrival } as const;
  }

  /** One step of one connection. @returns false when all are done */
  async step(): Promise<boolean> {
    const open = this.conns.filter(({ isClientDone }) => !isClientDone);
    const conn = open[Math.floor(this.random() * open.length)];
    if (conn === undefined) return false;
    await this.#serve(conn);
    this.#take(conn);
    return true;
  }

  async finish(): Promise<void> {
    for (let steps = 0; await this.step(); steps += 1) assert.ok(steps < 200_000, 'it never ends');
  }
}

const mustHave = (conn: Conn | undefined, what: string): Conn => conn ?? assert.fail(`${what} was refused`);

const programs: Readonly<Record<Scene['program'], (run: Simulation) => Promise<void>>> = {
  async plain(run) {
    mustHave(await run.ask(0, run.scene.objectBytes - 1), 'the download');
    await run.finish();
  },
  async resumes(run) {
    const last = run.scene.objectBytes - 1;
    for (let breaks = 0, from = 0; from <= last; breaks += 1) {
      const conn = mustHave(await run.ask(from, last, from === 0 ? 'bounded' : 'to-end'), `the rest from ${from}`);
      const stop = breaks < 1 ? Math.ceil(conn.lengthBytes / 2) : conn.lengthBytes;
      while (conn.read < stop && (await run.step()));
      run.leave(conn);
      from += conn.read;
    }
  },
  async aria2c(run) {
    const { objectBytes, connections } = run.scene;
    const whole = mustHave(await run.ask(0, objectBytes - 1), 'the first request');
    const parts = Math.max(1, Math.min(connections, Math.floor(objectBytes / mebibyte)));
    const each = Math.ceil(objectBytes / parts);
    while (whole.sent === 0) await run.step();
    whole.stopBytes = Math.min(objectBytes, each);
    for (let part = 1; part < parts; part += 1) {
      mustHave(await run.ask(part * each, Math.min(objectBytes, (part + 1) * each) - 1), `part ${part}`);
      if (run.random() < 0.5) await run.step();
    }
    await run.finish();
  },
  async axel(run) {
    const { objectBytes, connections } = run.scene;
    const opening = mustHave(await run.ask(0, objectBytes - 1, 'to-end'), 'the opening read');
    opening.stopBytes = Math.ceil(objectBytes / 100);
    await run.finish();
    const each = Math.ceil(objectBytes / connections);
    for (let part = 0; part * each < objectBytes; part += 1) {
      mustHave(await run.ask(part * each, Math.min(objectBytes, (part + 1) * each) - 1), `part ${part}`);
      if (run.random() < 0.5) await run.step();
    }
    await run.finish();
  },
  async browser(run) {
    const { objectBytes } = run.scene;
    const whole = mustHave(await run.ask(0, objectBytes - 1), 'the first request');
    const parts = objectBytes < 4 * mebibyte ? 1 : 3;
    const each = Math.ceil(objectBytes / parts);
    while (whole.read < Math.min(each, mebibyte / 4)) await run.step();
    whole.stopBytes = each;
    for (let part = 1; part < parts; part += 1) {
      const conn = mustHave(await run.ask(part * each, objectBytes - 1, 'to-end'), `part ${part}`);
      conn.stopBytes = Math.min(objectBytes, (part + 1) * each) - part * each;
    }
    await run.finish();
  },
};

test(`LDG-11 LDG-11a LDG-12 LDG-13 download programs finish on any schedule with one use, which never gives the object twice (seed=${seed} runs=${runs})`, async () => {
  await fc.assert(
    fc.asyncProperty(scenes, async (scene) => {
      const { objectBytes } = scene;
      const run = new Simulation(scene);
      await programs[scene.program](run);
      assert.ok(coversWhole(run.read, objectBytes), 'the program has all of it');
      assert.equal(run.uses, 1);
      const most = sessionBytes(objectBytes) + extraBytes(objectBytes, Number.POSITIVE_INFINITY, true);
      assert.ok(run.sentBytes <= most, `${run.sentBytes} of at most ${most}`);
      assert.ok(most <= 2 * objectBytes);
      assert.equal(await run.ask(0, objectBytes - 1), undefined, 'another download of the whole');
      assert.equal(await run.ask(0, objectBytes - 1, 'to-end'), undefined, 'another player');
    }),
    { numRuns: runs, seed, endOnFailure: false },
  );
});

test(`LDG-10 LDG-11 a crowd that asks for the whole never shares one use (seed=${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(scenes, async (scene) => {
      const run = new Simulation(scene);
      const first = mustHave(await run.ask(0, scene.objectBytes - 1), 'the first');
      while (!first.isClientDone) {
        assert.equal(await run.ask(0, scene.objectBytes - 1), undefined, 'one of the crowd');
        await run.step();
      }
      assert.equal(await run.ask(0, scene.objectBytes - 1), undefined, 'a later one');
      assert.equal(run.sentBytes, scene.objectBytes);
    }),
    { numRuns: Math.ceil(runs / 10), seed },
  );
});
