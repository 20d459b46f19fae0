import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import { readSeed } from '../../../../test/seed.ts';
import { linkOf } from '../stores/contract/links/link-subject.ts';
import { alice, bodyOf, seededRandom, TestClock, writeOf } from '../stores/contract/objects/subject.ts';
import { MemoryLinks } from '../stores/memory/memory-links.ts';
import { openMemoryStore } from '../stores/memory/memory-store.ts';
import type { ObjectStore } from '../stores/objects/object-store.ts';
import { GrantCookies } from './grant-cookie.ts';
import { limitedStore } from './limited-store.ts';
import type { LinkUse } from './link-use.ts';
import { Links } from './links.ts';

const runs = Number(process.env['TIDEGATE_INTERLEAVINGS'] ?? 10_000);
const seed = readSeed();

/** What one run has; every actor does its steps in its own order, the scheduler says whose turn it is. */
type World = { readonly links: Links; readonly objects: ObjectStore; readonly clock: TestClock };
type Step = () => Promise<unknown>;
/** `succeeds`: the step after which the request has had what it asked for. */
type Actor = { readonly name: string; readonly steps: readonly Step[]; readonly succeeds: number | undefined };

const facts = linkOf('b', {
  bucket: 'photos',
  key: 'k',
  method: 'PUT',
  operation: 'PutObject',
  limits: { uses: 1000 },
});
const key = {
  accessKeyId: facts.accessKeyId,
  account: { id: facts.accountId, name: 'root', displayName: 'root' },
  role: 'owner',
  buckets: [],
  prefixes: [],
  note: undefined,
  createdAtMs: 0,
  disabledAtMs: undefined,
} as const;

function useOf({ links }: World): LinkUse {
  return links.useOf({
    facts,
    key,
    operation: facts.operation,
    keyAskedFor: facts.key,
    outsideGrant: false,
    rawHeaders: [],
    client: { address: '192.0.2.1', secure: true },
    keyNow: () => key,
  });
}

function writer(world: World, n: number, isGuarded: boolean): Actor {
  let use: LinkUse | undefined;
  const taken = (): LinkUse => use ?? assert.fail();
  return {
    name: `writer ${n}`,
    succeeds: 2,
    steps: [
      async () => {
        await Promise.resolve();
        use = useOf(world);
      },
      async () => taken().claim({ kind: 'write', declaredBytes: 1 }),
      () => {
        const { terms, guard } = taken();
        const store = isGuarded ? limitedStore(world.objects, { terms, guard }) : world.objects;
        return store.putObject({ bucket: 'photos', key: `by-${n}` }, bodyOf('x'), writeOf(), {});
      },
      async () => {
        await Promise.resolve();
        taken().settle(1);
      },
    ],
  };
}

function reader(world: World, n: number): Actor {
  let use: LinkUse | undefined;
  const demand = { kind: 'read', key: 'k', etag: 'e', objectBytes: 10, offset: 0, lengthBytes: 10 } as const;
  return {
    name: `reader ${n}`,
    succeeds: 1,
    steps: [
      async () => {
        await Promise.resolve();
        use = useOf(world);
      },
      async () => (use ?? assert.fail()).claim(demand),
      async () => {
        await Promise.resolve();
        use?.settle(10, 0);
      },
    ],
  };
}

/** @param idle steps before it takes back */
function revoker({ links, clock }: World, idle: number): Actor {
  const match = { kind: 'object', bucket: 'photos', key: 'k' } as const;
  const more = { by: 'test', reason: undefined, keptUntilMs: undefined };
  return {
    name: 'revoker',
    succeeds: undefined,
    steps: [
      ...Array.from({ length: idle }, () => () => Promise.resolve()),
      () => links.store.revoke({ match, beforeMs: clock.nowMs(), ...more }),
    ],
  };
}

async function openWorld(): Promise<World> {
  const clock = new TestClock();
  const { objects } = openMemoryStore({ clock, random: seededRandom(1) });
  await objects.createBucket({ name: 'photos', owner: alice, region: 'x', acl: 'private' });
  const links = new Links({
    store: new MemoryLinks({ clock, random: seededRandom(2) }),
    clock,
    rules: { maxExpiryS: undefined },
    cookies: new GrantCookies(new Uint8Array(32), seededRandom(3)),
    clientAddress: () => 'full',
    ledger: true,
    onUse: () => undefined,
  });
  return { links, objects, clock };
}

type Outcome = { readonly late: readonly string[]; readonly succeeded: number; readonly refused: number };

/** Lets actors do their steps in an order that the random numbers choose, several at once, and looks at who had what after the taking back. */
async function interleave(random: () => number, isGuarded: boolean): Promise<Outcome> {
  const world = await openWorld();
  const actors = [
    ...[0, 1, 2].map((n) => writer(world, n, isGuarded)),
    ...[0, 1].map((n) => reader(world, n)),
    revoker(world, Math.floor(random() * 8)),
  ];
  const state = actors.map((actor) => ({
    actor,
    at: 0,
    running: undefined as Promise<unknown> | undefined,
    isOver: false,
  }));
  let isTakenBack = false;
  const outcome = { late: [] as string[], succeeded: 0, refused: 0 };
  for (let turns = 0; turns < 1_000 && state.some(({ isOver }) => !isOver); turns += 1) {
    const open = state.filter(({ isOver }) => !isOver);
    const turn = open[Math.floor(random() * open.length)] ?? assert.fail();
    if (turn.running !== undefined) {
      // Others go on meanwhile: how far is for the random numbers to say.
      if (random() < 0.5) await Promise.resolve();
      else await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    const { actor, at } = turn;
    const beganAfter = isTakenBack;
    const done = (): void => {
      turn.running = undefined;
      turn.at += 1;
      turn.isOver = turn.at === actor.steps.length;
      if (actor.name === 'revoker' && turn.isOver) isTakenBack = true;
      if (at !== actor.succeeds) return;
      outcome.succeeded += 1;
      if (beganAfter) outcome.late.push(`${actor.name} step ${at}`);
    };
    const failed = (error: unknown): void => {
      turn.running = undefined;
      turn.isOver = true;
      assert.ok(error instanceof S3Error && error.reason === 'LinkRevoked', String(error));
      outcome.refused += 1;
    };
    turn.running = (actor.steps[at] ?? assert.fail())().then(done, failed);
  }
  assert.ok(
    state.every(({ isOver }) => isOver),
    'somebody never ended',
  );
  return outcome;
}

function numbersOf(from: number): () => number {
  const { bytes } = seededRandom(from);
  return () => (bytes(1)[0] ?? 0) / 256;
}

test(`SEC-219 LNK-31 of ${runs} interleavings of use and taking back none has a success that began after the acknowledgement (seed=${seed})`, async () => {
  let succeeded = 0;
  let refused = 0;
  for (let run = 0; run < runs; run += 1) {
    const outcome = await interleave(numbersOf(seed + run), true);
    assert.deepEqual(outcome.late, [], `seed=${seed + run}`);
    succeeded += outcome.succeeded;
    refused += outcome.refused;
  }
  // Both happen, or the order of things was never in question.
  assert.ok(succeeded > runs / 2 && refused > runs / 2, `${succeeded} ${refused}`);
  console.log(`${runs} interleavings (seed=${seed}): ${succeeded} succeeded, ${refused} were refused, none late`);
});

test('SEC-219 a store that publishes without asking again is caught', async () => {
  let late = 0;
  for (let run = 0; run < 500; run += 1) late += (await interleave(numbersOf(run), false)).late.length;
  assert.ok(late > 0);
});
