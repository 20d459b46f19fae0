import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { bin } from '../cli/cli.ts';
import { hasTerminal, type OnTerminal, onTerminal } from '../cli/terminal.ts';
import { awsCli, hasTool, run, runWell } from '../outside-tool.ts';
import { hasChromium, startChromium } from './chromium.ts';

// What a newcomer does in the first five minutes, in one go, with what each step shows.

const readme = fileURLToPath(new URL('../../README.md', import.meta.url));
const home = await mkdtemp(join(tmpdir(), 'tidegate-five-minutes-'));
let browser: Browser | undefined;
let server: OnTerminal | undefined;

after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(home, { recursive: true, force: true });
});

/** Like `run`, in a folder that has the README. The second terminal knows the profile and nothing else. */
function shell(program: string, args: readonly string[]) {
  return run('sh', ['-c', 'cd "$HOME" && exec "$@"', 'sh', program, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      AWS_PROFILE: 'tidegate',
      AWS_EC2_METADATA_DISABLED: 'true',
      NO_PROXY: '127.0.0.1',
    },
  });
}

async function waitForText(url: string, pattern: RegExp): Promise<void> {
  assert.ok(browser);
  const page = await browser.newPage();
  try {
    await page.goto(url);
    await page.getByText(pattern).first().waitFor({ timeout: 120_000 });
  } finally {
    await page.close();
  }
}

test('the first five minutes: a start, a first link, the console, the aws cli, a share, a broken link, the end', async (t) => {
  if (!hasTerminal(t) || !hasChromium(t) || !hasTool(t, awsCli, ['--version'])) return;
  await copyFile(readme, join(home, 'README.md'));
  browser = await startChromium();
  const data = join(home, 'data');
  const free = ['--listen', '127.0.0.1:0', '--console-listen', '127.0.0.1:0'];
  server = onTerminal(['serve', data, ...free], { columns: 200, env: { HOME: home, NO_COLOR: '1' } });
  const [, endpoint = ''] = await server.waitFor(/^listening on (http:\/\/\S+)\r?$/m);
  const text = server.shown().replaceAll('\r', '');

  // The first link, and the console that shows what happened to it.
  const [, link = ''] = /A first link, [^\n]*:\n {4}(\S+)\n/.exec(text) ?? [];
  const first = await browser.newPage();
  await first.goto(link);
  assert.match(
    (await first.textContent('body')) ?? '',
    /Hello\. This page came through an S3 presigned URL with three uses; you have just spent one\./,
  );
  const [, consoleUrl = ''] = /This link signs you in once:\n {4}(\S+)\n/.exec(text) ?? [];
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const console = await context.newPage();
  await console.goto(consoleUrl);
  const row = console.getByRole('row', { name: /welcome\/hello\.txt/ });
  await row.getByText('2 of 3 left').waitFor({ timeout: 120_000 });

  // Revoked, seen to be, and given again.
  await row.getByRole('link').first().click();
  await console.getByRole('button', { name: 'Revoke' }).waitFor();
  await console.keyboard.press('x');
  await console.getByText('Revoked.').waitFor();
  await first.reload();
  await first.getByText('This link has been revoked').first().waitFor();
  await console.getByRole('listitem').filter({ hasText: 'Refused' }).first().waitFor({ timeout: 120_000 });
  await console.keyboard.press('z');
  await console.getByRole('button', { name: 'Revoke' }).waitFor();
  await first.reload();
  await first.getByText('Hello. This page came').waitFor();

  // The second terminal: lines pasted from the first one, then the tools that people have.
  const tidegate = (...args: string[]) => shell(process.execPath, [bin, ...args]);
  assert.match(text, /tidegate profiles add\n {4}export AWS_PROFILE=tidegate\n/);
  const added = await tidegate('profiles', 'add');
  assert.equal(added.code, 0, added.stderr);
  const made = await shell(awsCli, ['s3', 'mb', 's3://files']);
  assert.equal(made.stdout.toString(), 'make_bucket: files\n', made.stderr);
  const copied = await shell(awsCli, ['s3', 'cp', 'README.md', 's3://files/', '--no-progress']);
  assert.equal(copied.stdout.toString(), 'upload: ./README.md to s3://files/README.md\n', copied.stderr);
  const signed = await shell(awsCli, ['s3', 'presign', 's3://files/README.md', '--expires-in', '900']);
  const url = signed.stdout.toString().trim();
  assert.match(await runWell('curl', ['-fsS', url]), /^# Tidegate/m);
  await console.keyboard.press('g');
  await console.keyboard.press('l');
  await console.getByRole('row', { name: /files\/README\.md/ }).waitFor({ timeout: 120_000 });

  // A share, with the page that its holder sees.
  const shared = await tidegate('share', 'create', 'files/README.md', '--uses', '2', '--qr');
  assert.equal(shared.code, 0, shared.stderr);
  assert.match(shared.stderr, /2 downloads[\s\S]*█/);
  await waitForText(shared.stdout.toString().trim(), /2\sof\s2 downloads left/);

  // Broken on purpose, and told why.
  const broken = await tidegate('explain', url.replace('127.0.0.1', 'localhost'));
  assert.equal(broken.code, 6, broken.stderr);
  const { port } = new URL(endpoint);
  const said = broken.stdout.toString();
  assert.match(said, /^✗ Fails: signed for another host\./);
  assert.match(said, new RegExp(`127\\.0\\.0\\.1:${port}[\\s\\S]*localhost:${port}`));

  server.type('\u0003');
  assert.equal(await server.ended, 0, server.shown());
  assert.match(server.shown(), /Stopped\. 3 links are still valid when it runs again\.\r\n$/);
});

test('npm start is the first command of the README, and starts the server on ./data', () => {
  const shown = spawnSync('npm', ['pkg', 'get', 'scripts.start'], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  assert.equal(shown.stdout.trim(), '"tidegate serve ./data"');
});
