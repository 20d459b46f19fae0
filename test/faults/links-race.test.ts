import assert from 'node:assert/strict';
import type { Agent } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { readSeed } from '../seed.ts';
import { readUses } from './link-books.ts';
import { makeClients, type Outcome, useLink } from './link-clients.ts';
import { LinksServer } from './links-server.ts';

/** A release runs 100,000 claims and a hundred kills, however long they take; CI as many as fit into a minute. */
const kills = Number(process.env['TIDEGATE_LINK_KILLS'] ?? 100);
const killsForMs = Number(process.env['TIDEGATE_LINK_KILL_SECONDS'] ?? 15) * 1000;
const claims = Number(process.env['TIDEGATE_LINK_CLAIMS'] ?? 3_000);
const seed = readSeed();
const uses = 1_000;

let server: LinksServer;
let clients: readonly Agent[];

before(async () => {
  server = await LinksServer.start(2);
  clients = makeClients(64);
  await server.owner('PUT', '/race');
  await server.owner('PUT', '/race/k', new Uint8Array(1024).fill(7));
});
after(async () => {
  for (const client of clients) client.destroy();
  await server.remove();
});

const limited = (limits: { readonly uses: number; readonly id?: string }, key = 'k'): string =>
  server.links('race').presignGet(key, { expiresIn: 86_400, limits });

function count(counts: Map<Outcome, number>, outcome: Outcome): void {
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
}

/** Every client requests until the server says that the link has no uses left. */
async function spend(url: string, body?: Uint8Array): Promise<Map<Outcome, number>> {
  const counts = new Map<Outcome, number>();
  await Promise.all(
    clients.map(async (client) => {
      for (;;) {
        const outcome = await useLink(url, client, body);
        count(counts, outcome);
        if (outcome !== 'served') return;
      }
    }),
  );
  return counts;
}

test('LDG-28 REL-6 SEC-203 of 64 clients that race through two workers for 1,000 uses exactly 1,000 are served', async () => {
  assert.equal(server.pids.workers.length, 2);
  assert.deepEqual(
    [...(await spend(limited({ uses })))],
    [
      ['served', uses],
      ['spent', 64],
    ],
  );
});

test('LDG-28 REL-6 SEC-203 the same for uploads', async () => {
  const { url } = server.links('race').presignPut('w', { expiresIn: 900, limits: { uses } });
  assert.deepEqual(
    [...(await spend(url, new Uint8Array(10)))],
    [
      ['served', uses],
      ['spent', 64],
    ],
  );
});

test(`REL-6 SEC-203 links with 1, 5, 100 and 1,000 uses are each served exactly so often in ${claims} claims`, async () => {
  const startedAt = performance.now();
  let claimed = 0;
  let served = 0;
  for (let round = 0; claimed < claims; round += 1) {
    const allowed = [1, 5, 100, 1_000][round % 4] ?? 1;
    const url = limited({ uses: allowed, id: `round-${round}` });
    // One link, more askers at once than it has uses.
    const asked = Math.max(64, allowed * 2);
    const counts = new Map<Outcome, number>();
    const each = Math.ceil(asked / clients.length);
    await Promise.all(
      clients.map(async (client) => {
        for (let n = 0; n < each; n += 1) count(counts, await useLink(url, client));
      }),
    );
    assert.equal(counts.get('served'), allowed, `round ${round}: ${JSON.stringify([...counts])}`);
    assert.equal(counts.get('spent'), each * clients.length - allowed);
    claimed += each * clients.length;
    served += allowed;
  }
  const tookMs = performance.now() - startedAt;
  console.log(
    `${claimed} claims of ${clients.length} clients through two workers in ${Math.round(tookMs / 1000)} s ` +
      `(${Math.round((claimed / tookMs) * 1000)}/s): ${served} served, each link exactly as often as it says`,
  );
});

/** Numbers by seed and place. */
function mixed(n: number): number {
  let value = Math.imul(seed ^ (n * 0x9e37_79b9), 0x85eb_ca6b);
  value ^= value >>> 13;
  return Math.imul(value, 0xc2b2_ae35) >>> 0;
}

test(`REL-6 REL-9 SEC-221 under kills no link is served more often than it says, and no use is lost but those in flight (seed=${seed})`, async (t) => {
  const startedAt = performance.now();
  const total = { kills: 0, links: 0, served: 0, lost: 0, slowestStartMs: 0 };
  let round = 0;
  while (total.kills < kills && performance.now() - startedAt < killsForMs) {
    const name = `kill-${round}`;
    const url = limited({ uses, id: name });
    const outcome = await spendUnderKills(url, () => total.kills < kills, round);
    total.links += 1;
    total.kills += outcome.kills;
    total.served += outcome.served;
    total.lost += outcome.lost;
    total.slowestStartMs = Math.max(total.slowestStartMs, outcome.slowestStartMs);
    // What is reserved counts as sent when a kill comes before its end is written (LDG-15).
    assert.ok(outcome.served <= uses, `seed=${seed} ${name}: ${JSON.stringify(outcome)}`);
    assert.ok(outcome.served + outcome.lost >= uses, `seed=${seed} ${name}: ${JSON.stringify(outcome)}`);
    round += 1;
  }
  assert.equal(await server.end(), 0);
  const labels = Array.from({ length: round }, (_, n) => `kill-${n}`);
  const spent = await readUses(server.data, labels);
  for (const [label, used] of spent) assert.ok(used <= uses, `${label}: ${used} sessions were opened of ${uses}`);
  assert.equal(spent.size, round);
  t.diagnostic(`seed=${seed} ${JSON.stringify(total)} sessions opened: ${[...spent.values()].join(' ')}`);
  await server.restart();
});

type Killed = { served: number; lost: number; kills: number; slowestStartMs: number };

/** 64 clients spend a link while the server, or a worker of it, is killed again and again. */
async function spendUnderKills(url: string, goesOn: () => boolean, round: number): Promise<Killed> {
  const result: Killed = { served: 0, lost: 0, kills: 0, slowestStartMs: 0 };
  let up = Promise.resolve();
  let isSpent = false;
  const clientsDone = Promise.all(
    clients.map(async (client, index) => {
      for (let n = 0; !isSpent; n += 1) {
        await up;
        const outcome = await useLink(url, client);
        if (outcome === 'served') result.served += 1;
        else if (outcome === 'lost') result.lost += 1;
        else if (outcome === 'spent') isSpent = true;
        else assert.match(outcome, /status 503/, 'a server that starts says so, and nothing else');
        // Some rounds in bursts, most slow enough that a link lives through several kills.
        await wait(round % 4 === 3 ? 0 : mixed(index * 7919 + n) % 700);
      }
    }),
  );
  for (let n = 0; !isSpent && goesOn() && result.kills < kills; n += 1) {
    await wait(50 + (mixed(round * 104_729 + n) % 700));
    if (isSpent) break;
    const whom = (['all', 'first', 'worker', 'all'] as const)[mixed(n + round * 31) % 4] ?? 'all';
    const back = Promise.withResolvers<void>();
    if (whom !== 'worker') up = back.promise;
    await server.kill(whom);
    result.kills += 1;
    if (whom !== 'worker') result.slowestStartMs = Math.max(result.slowestStartMs, await server.restart());
    back.resolve();
  }
  await clientsDone;
  return result;
}
