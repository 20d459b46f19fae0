import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';
import { readSeed } from '../seed.ts';
import { LinksServer } from './links-server.ts';

/** A release looks at ten thousand links, CI at as many as fit into its time. */
const mostLinks = Number(process.env['TIDEGATE_ONCE_LINKS'] ?? 4_000);
const forMs = Number(process.env['TIDEGATE_ONCE_SECONDS'] ?? 15) * 1000;
/** One that is in one window, and one that is not (LDG-12). */
const sizes = [40_000, 700_000] as const;
const atOnce = 8;

/** A linear congruential generator: chance that its seed repeats. */
let state = readSeed();
function chance(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

let server: LinksServer;
/** New connections go to whichever worker takes them. */
const agents = Array.from({ length: 32 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));

before(async () => {
  server = await LinksServer.start(4);
  await server.owner('PUT', '/once');
  for (const size of sizes) await server.owner('PUT', `/once/of-${size}`, new Uint8Array(size).fill(7));
});
after(async () => {
  for (const agent of agents) agent.destroy();
  await server.remove();
});

type Had = { readonly status: number; readonly bytes: number; readonly reason: string | undefined };

function get(url: string, agent: Agent, range?: string): Promise<Had> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: range === undefined ? {} : { range } }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on('error', reject);
      const reason = answer.headers['x-tidegate-reason'];
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, bytes, reason: reason?.toString() }));
    })
      .on('error', reject)
      .end();
  });
}

const anyAgent = (): Agent => agents[chance(agents.length)] ?? assert.fail();

/** One download in parallel ranges, and at once the whole again. @returns what the second was answered */
async function downloadTwice(size: number, id: string): Promise<Had> {
  const url = server.links('once').presignGet(`of-${size}`, { expiresIn: 3_600, limits: { uses: 1, id } });
  const parts = 1 + chance(4);
  const each = Math.ceil(size / parts);
  const had = await Promise.all(
    Array.from({ length: parts }, (_, n) =>
      get(url, anyAgent(), `bytes=${n * each}-${Math.min(size, (n + 1) * each) - 1}`),
    ),
  );
  assert.equal(
    had.reduce((sum, { bytes }) => sum + bytes, 0),
    size,
    JSON.stringify(had),
  );
  return get(url, anyAgent());
}

test('LDG-13 LDG-28 over four workers no link with one use gives the object twice, by ranges and then whole', async (t) => {
  assert.equal(server.pids.workers.length, 4);
  const startedAt = performance.now();
  let links = 0;
  const twice: string[] = [];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (links < mostLinks && performance.now() - startedAt < forMs) {
        links += 1;
        const size = sizes[links % 8 === 0 ? 1 : 0];
        const { status, reason } = await downloadTwice(size, `once-${links}`);
        if (status !== 403 || reason !== 'LinkUsesSpent') twice.push(`${size} bytes: ${status} ${reason}`);
      }
    }),
  );
  t.diagnostic(`${links} links in ${Math.round(performance.now() - startedAt)} ms`);
  assert.ok(links > 100, `${links} links in that time`);
  assert.deepEqual(twice, []);
});
