import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fingerprint } from '@tidegate/presign';
import { type Product, startProduct } from '../product-server.ts';
import { bin } from './cli.ts';

let product: Product;

before(async () => {
  product = await startProduct();
  await product.tidegate('mb', 'reports');
  const put = await product.tidegate('presign', 'put', 'reports/q3.pdf', '-q');
  assert.equal((await fetch(put.trim(), { method: 'PUT', body: 'third quarter' })).status, 200);
});
const running = new Set<ChildProcess>();
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  await product.stop();
});

type Watch = {
  readonly child: ChildProcess;
  readonly lines: () => readonly string[];
  /** Does `act` again and again until a line is as wanted: nothing says when a watch has begun to listen. */
  until(isThere: (line: string) => boolean, act?: () => Promise<unknown>): Promise<string>;
  end(): Promise<number | null>;
};

function watch(...flags: readonly string[]): Watch {
  const child = spawn(process.execPath, [bin, 'share', 'watch', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...product.environment, TZ: 'UTC' },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const lines = (): readonly string[] => text.split('\n').slice(0, -1);
  return {
    child,
    lines,
    async until(isThere, act) {
      const until = performance.now() + 60_000;
      for (;;) {
        const found = lines().find(isThere);
        if (found !== undefined) return found;
        assert.ok(performance.now() < until, `not told in time: ${text}`);
        await act?.();
        await wait(200);
      }
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exit = once(child, 'exit');
      child.kill('SIGINT');
      await exit;
      return child.exitCode;
    },
  };
}

async function link(...flags: readonly string[]): Promise<{ readonly url: string; readonly id: string }> {
  const url = (await product.tidegate('presign', 'reports/q3.pdf', '-q', '--assume-tidegate', ...flags)).trim();
  return { url, id: fingerprint(url) ?? '' };
}

const get = async (url: string): Promise<void> => {
  await (await fetch(url)).text();
};

test('EVT-10 share watch reports uses, refusals and revocations as they happen, until Ctrl-C', async () => {
  const watched = watch();
  const any = await link('--expires', '2h');
  await watched.until(
    (line) => line.includes(any.id),
    () => get(any.url),
  );
  const { url, id } = await link('--uses', '1');
  await get(url);
  await get(url);
  const used = await watched.until((line) => line.includes('▸ used') && line.includes(id));
  assert.match(
    used,
    /^\d\d:\d\d:\d\d {2}▸ used +lk_\S+ {2}GET reports\/q3\.pdf {2}127\.0\.0\.1 .* 13 B in 0\.\d s {2}1\/1$/,
  );
  await watched.until((line) => line.includes('■ used up') && line.includes(id));
  const refused = await watched.until((line) => line.includes('✗ refused') && line.includes(id));
  assert.match(refused, /127\.0\.0\.1 {2}LinkUsesSpent$/);
  await product.tidegate('share', 'revoke', any.id, '--reason', 'wrong Anna');
  const revoked = await watched.until((line) => line.includes('⊘ revoked') && line.includes(any.id));
  assert.match(revoked, new RegExp(`by ${product.accessKeyId} "wrong Anna"$`));
  assert.equal(await watched.end(), 130);
});

test('EVT-5 share watch LINK --types --json gives one document a line of that link alone', async () => {
  const first = await link('--expires', '3h');
  const other = await link('--expires', '4h');
  await get(first.url);
  await get(other.url);
  const watched = watch(first.id, '--types', 'link.used', '--json');
  const line = await watched.until(
    () => true,
    async () => {
      await get(other.url);
      await get(first.url);
    },
  );
  const event = JSON.parse(line);
  assert.deepEqual(
    [event.type, event.link, event.status, event.client.address],
    ['link.used', first.id, 200, '127.0.0.1'],
  );
  assert.ok(watched.lines().every((one) => JSON.parse(one).link === first.id));
  assert.equal(await watched.end(), 130);
});
