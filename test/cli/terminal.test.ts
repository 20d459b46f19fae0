import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { hasTool, run } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { tidegate } from './cli.ts';
import { assertGolden } from './golden.ts';
import { hasTerminal, type OnTerminal, onTerminal } from './terminal.ts';

let product: Product;
let folder: string;
const started: OnTerminal[] = [];

before(async () => {
  product = await startProduct();
  folder = await mkdtemp(join(tmpdir(), 'tidegate-cli-terminal-'));
  await product.tidegate('mb', 'box');
});

after(async () => {
  // A test that failed must not leave its program behind.
  await Promise.all(started.map((one) => one.stop()));
  await rm(folder, { recursive: true, force: true });
  await product.stop();
});

function terminal(args: readonly string[], options: Partial<Parameters<typeof onTerminal>[1]> = {}): OnTerminal {
  const one = onTerminal(args, { ...options, env: { ...product.environment, NO_COLOR: '1', ...options.env } });
  started.push(one);
  return one;
}

function plain(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

async function put(key: string, input = 'x'): Promise<void> {
  const { code, stderr } = await tidegate(['cp', '-', `s3://box/${key}`], { env: product.environment, input });
  assert.equal(code, 0, stderr);
}

for (const [typed, code, said, isGone] of [
  ['n\r', 2, /✗ Canceled\. Nothing was changed\./, false],
  ['\r', 2, /✗ Canceled\. Nothing was changed\./, false],
  ['\u0003', 130, /\[y\/N\]/, false],
  ['y\r', 0, /Deleted box\/asked\.txt\./, true],
] as const) {
  test(`what cannot be undone is asked: ${JSON.stringify(typed)} ends with ${code}`, async (t) => {
    if (!hasTerminal(t)) return;
    await put('asked.txt');
    const one = terminal(['rm', 'box/asked.txt']);
    await one.waitFor(/Delete box\/asked\.txt\? This cannot be undone\. \[y\/N\] /);
    one.type(typed);
    assert.equal(await one.ended, code, one.shown());
    assert.match(one.shown(), said);
    const { code: there } = await tidegate(['stat', 'box/asked.txt'], { env: product.environment });
    assert.equal(there, isGone ? 3 : 0);
  });
}

test('ADM-36 revoking a label reports how many links are revoked, when new ones work and how to undo it', async (t) => {
  if (!hasTerminal(t)) return;
  const one = terminal(['share', 'revoke', '--label', 'nobody', '--yes']);
  assert.equal(await one.ended, 0, one.shown());
  const said = /^Revoked 0 links\. New links work from [\w: ]+ on\. Undo: tidegate share restore rv_[a-z2-7]{16}\n$/;
  assert.match(plain(one.shown()), said);
});

test('share list counts the refused uses that --refused lists, and says so', async (t) => {
  if (!hasTerminal(t)) return;
  await put('once.txt');
  const url = (await product.tidegate('presign', 'box/once.txt', '--uses', '1')).trim();
  for (const status of [200, 403, 403]) {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    assert.equal(answer.status, status);
  }
  const one = terminal(['share', 'list']);
  assert.equal(await one.ended, 0, one.shown());
  const [, count] = / · refused in 24 h: (\d+) \(tidegate share list --refused\)\n$/.exec(plain(one.shown())) ?? [];
  assert.ok(Number(count) >= 2, one.shown());
});

test('--no-input asks nothing, on a terminal too, and names the flag that answers', async (t) => {
  if (!hasTerminal(t)) return;
  await put('asked.txt');
  const one = terminal(['rm', 'box/asked.txt', '--no-input']);
  assert.equal(await one.ended, 2);
  assert.match(plain(one.shown()), /✗ Needs confirmation: add --yes\n {2}.*\n$/);
});

test('SEC-806 a password is asked for twice and never shown; two that differ are refused', async (t) => {
  if (!hasTerminal(t)) return;
  await put('secret.pdf');
  for (const [again, code] of [
    ['correct horse', 0],
    ['incorrect horse', 2],
  ] as const) {
    const one = terminal(['share', 'create', 'box/secret.pdf', '--password']);
    await one.waitFor(/Password: /);
    one.type('correct horse\r');
    await one.waitFor(/Again: {4}/);
    one.type(`${again}\r`);
    assert.equal(await one.ended, code, one.shown());
    assert.match(one.shown(), /Password: ·{13}\r/);
    assert.doesNotMatch(one.shown(), /horse/);
  }
  const hasty = terminal(['share', 'create', 'box/secret.pdf', '--password']);
  await hasty.waitFor(/Password: /);
  hasty.type('correct horse\rcorrect horse\r');
  assert.equal(await hasty.ended, 0, hasty.shown());
  assert.match(hasty.shown(), /Password: ·{13}\r\nAgain: {4}·{13}\r\n/);
  assert.doesNotMatch(hasty.shown(), /horse/);
});

test('a share made with --qr shows a code that a reader reads as its URL, on dark and on light windows', async (t) => {
  if (!hasTerminal(t) || !hasTool(t, 'zbarimg', ['--version'])) return;
  await put('q3.pdf');
  for (const how of ['--qr', '--qr=invert'] as const) {
    const one = terminal(['share', 'create', 'box/q3.pdf', how]);
    assert.equal(await one.ended, 0, one.shown());
    const lines = plain(one.shown()).split('\n');
    const [url = ''] = lines.filter((line) => line.startsWith('http'));
    const code = lines.filter((line) => /[▀▄█]/.test(line)).map((line) => line.slice(2));
    const file = join(folder, 'qr.pgm');
    await writeFile(file, pictureOf(code, how === '--qr'));
    const read = await run('zbarimg', ['--raw', '-q', file], { env: { PATH: process.env['PATH'] ?? '' } });
    assert.equal(read.stdout.toString().trim(), url, one.shown());
  }
});

test('share list at 110 columns shows the whole name of an object, and shortens the label; --wide shortens nothing', async (t) => {
  if (!hasTerminal(t)) return;
  const label = 'a-label-that-somebody-made-as-long-as-it-may-be-64-characters';
  const key = 'reports/2026/q3/final.pdf';
  await put(key);
  const made = await tidegate(['presign', `box/${key}`, '--label', label, '--register', '-q'], {
    env: product.environment,
  });
  assert.equal(made.code, 0, made.stderr);
  const row = async (...flags: string[]): Promise<string> => {
    const one = terminal(['share', 'list', '--label', label, ...flags], { columns: 110 });
    assert.equal(await one.ended, 0, one.shown());
    return (
      plain(one.shown())
        .split('\n')
        .find((line) => line.startsWith('lk_')) ?? ''
    );
  };
  const narrow = await row();
  assert.ok(narrow.includes(`GET box/${key} `), narrow);
  assert.ok(narrow.trimEnd().endsWith('…') && narrow.includes('  a-label'), narrow);
  assert.ok(narrow.trimEnd().length <= 110);
  assert.ok((await row('--wide')).includes(label));
});

/** What the window shows, as a grey picture of four dots a module. */
function pictureOf(lines: readonly string[], isDarkWindow: boolean): string {
  const width = Math.max(...lines.map((line) => line.length));
  const rows = lines.flatMap((line) => {
    const blocks = [...line.padEnd(width)];
    return [blocks.map((block) => '█▀'.includes(block)), blocks.map((block) => '█▄'.includes(block))];
  });
  const margin = 4;
  const lit = (row: number, column: number): boolean => {
    const isInside = row >= 0 && row < rows.length && column >= 0 && column < width;
    // Beyond the code a dark window is dark; a reader wants a light edge, as a phone sees of the quiet modules.
    return isInside ? (rows[row]?.[column] ?? false) === isDarkWindow : true;
  };
  const dots: string[] = [];
  for (let row = -margin; row < rows.length + margin; row += 1) {
    const line = Array.from({ length: width + 2 * margin }, (_, at) =>
      lit(row, at - margin) ? '255 255 255 255' : '0 0 0 0',
    );
    for (let again = 0; again < 4; again += 1) dots.push(line.join(' '));
  }
  return `P2\n${(width + 2 * margin) * 4} ${dots.length}\n255\n${dots.join('\n')}\n`;
}

test('a window that is too narrow for a QR code gets a message instead', async (t) => {
  if (!hasTerminal(t)) return;
  const one = terminal(['share', 'create', 'box/q3.pdf', '--qr'], { columns: 36 });
  assert.equal(await one.ended, 2);
  assert.match(one.shown(), /Window too narrow for the QR code \(needs 40 columns\)/);
});

test('a transfer that takes a while draws a bar on a terminal, and takes it away', async (t) => {
  if (!hasTerminal(t)) return;
  let isSeen = false;
  const slow = createServer((_request, response) => {
    const size = 4_000_000;
    response.writeHead(200, { 'content-length': size, etag: '"e"' });
    let sent = 0;
    // A byte now and then until the bar was seen, then all that is left: the test waits for what it looks for.
    const timer = setInterval(() => {
      const next = isSeen ? size - sent : 1000;
      sent += next;
      response.write(Buffer.alloc(next));
      if (sent < size) return;
      clearInterval(timer);
      response.end();
    }, 20);
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const address = slow.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    const one = terminal(['cp', 's3://box/slow.bin', join(folder, 'slow.bin')], {
      env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` },
    });
    await one.waitFor(/\rslow\.bin {2}[━─]{24} {2}\d+ % {2}\S+.*\/3\.8 MiB {2}\S+ \S+\/s/);
    isSeen = true;
    assert.equal(await one.ended, 0, one.shown());
    const [, after = ''] = one.shown().split(/\r(?=[^\r]*s3:\/\/)/);
    assert.ok(after.startsWith('\u001b[K  s3://box/slow.bin → '), one.shown());
  } finally {
    slow.close();
    slow.closeAllConnections();
  }
});

test('Ctrl-C at a terminal aborts the upload in parts that it began, and ends with 130', async (t) => {
  if (!hasTerminal(t)) return;
  const pipe = join(folder, 'pipe');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  const one = terminal(['cp', '-', 's3://box/cut.bin', '--part-size', '5MiB', '-v'], { stdin: pipe });
  // Held open: the upload cannot end by itself.
  const writer = await open(pipe, 'r+');
  try {
    await writer.write(randomBytes(11 * 1024 * 1024).subarray(0, 60_000));
    const rest = writer.write(randomBytes(11 * 1024 * 1024));
    await one.waitFor(/PUT \/box\/cut\.bin\?partNumber=1&/);
    one.type('\u0003');
    assert.equal(await one.ended, 130, one.shown());
    assert.match(one.shown(), /DELETE \/box\/cut\.bin\?uploadId=\S+ 204 /);
    // Nobody reads any more: what was left in the pipe is drained so that the write comes back.
    const drained = run('head', ['-c', '1000000', pipe], { env: {}, timeoutMs: 5000 }).catch(() => undefined);
    await Promise.race([rest, drained]);
  } finally {
    await writer.close();
  }
  const { stdout } = await tidegate(['ls', 'box/cut.bin'], { env: product.environment });
  assert.equal(stdout, '');
});

const credentials = [
  ['default', 'TGAK5QXW7HZR3NMB4C2A', 'http://127.0.0.1:9000'],
  ['a-customer-in-the-north', 'TGAK7WZ2KQ4MTRX5HNB3', 'https://files.a-long-name-of-a-host.example.com'],
] as const;

async function homeWithProfiles(): Promise<string> {
  const home = join(folder, 'home');
  await mkdir(join(home, '.aws'), { recursive: true });
  const text = credentials.map(([name, id]) => `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = s\n`);
  await writeFile(join(home, '.aws', 'credentials'), text.join(''));
  const config = credentials.map(
    ([name, , endpoint]) =>
      `[${name === 'default' ? name : `profile ${name}`}]\nendpoint_url = ${endpoint}\nregion = us-east-1\ns3 =\n  signature_version = s3v4\n`,
  );
  await writeFile(join(home, '.aws', 'config'), config.join(''));
  return home;
}

async function profilesAt(t: TestContext, columns: number, env: Readonly<Record<string, string>>): Promise<string> {
  if (!hasTerminal(t)) return '';
  const one = onTerminal(['profiles'], { columns, env: { HOME: await homeWithProfiles(), ...env } });
  started.push(one);
  assert.equal(await one.ended, 0, one.shown());
  return plain(one.shown());
}

for (const columns of [60, 80, 120]) {
  test(`a table at ${columns} columns is the golden text: one column is cut, no line is longer`, async (t) => {
    const text = await profilesAt(t, columns, { NO_COLOR: '1' });
    if (text === '') return;
    assertGolden(`tables/profiles-${columns}`, text);
    if (columns >= 80) for (const line of text.split('\n')) assert.ok(line.length <= columns, line);
  });
}

test('a table has colour on a terminal, none with NO_COLOR, --no-color or TERM=dumb, and none in a pipe', async (t) => {
  const coloured = await profilesAt(t, 80, {});
  if (coloured === '') return;
  assert.ok(coloured.includes('\u001b[1mPROFILE'), coloured);
  assert.ok(!(await profilesAt(t, 80, { NO_COLOR: '1' })).includes('\u001b'));
  assert.ok(!(await profilesAt(t, 80, { TERM: 'dumb' })).includes('\u001b'));
  const piped = await tidegate(['profiles'], { env: { HOME: await homeWithProfiles() } });
  assertGolden('tables/profiles-piped', piped.stdout);
});

test('a line of presign, share create and console is the whole of stdout, on a terminal too', async (t) => {
  if (!hasTerminal(t)) return;
  const file = join(folder, 'stdout');
  for (const args of [
    ['presign', 'box/q3.pdf', '--uses', '3'],
    ['share', 'create', 'box/q3.pdf'],
  ]) {
    const one = terminal(args, { stdout: file });
    assert.equal(await one.ended, 0, one.shown());
    assert.match(await readFile(file, 'utf8'), /^http:\/\/\S+\n$/);
    assert.match(one.shown(), / · /);
  }
});

test('--copy hands the link to the clipboard of the terminal, and says so where there is none', async (t) => {
  if (!hasTerminal(t)) return;
  const one = terminal(['presign', 'box/q3.pdf', '--copy']);
  assert.equal(await one.ended, 0, one.shown());
  const [, url = ''] = /(http\S+)/.exec(one.shown()) ?? [];
  assert.ok(one.shown().includes(`\u001b]52;c;${Buffer.from(url).toString('base64')}\u0007`), one.shown());
  const piped = await tidegate(['presign', 'box/q3.pdf', '--copy'], { env: product.environment });
  assert.match(piped.stderr, /^! --copy needs a terminal; nothing was copied\.$/m);
});
