import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { run } from '../outside-tool.ts';
import { listeningAddress } from '../product-server.ts';
import { bin, type CliResult } from './cli.ts';

/** What somebody does right after the first start: no variable is set, and the aws cli is not installed. */

const folder = await mkdtemp(join(tmpdir(), 'tidegate-first-key-'));
const home = join(folder, 'home');
const keyFile = join(folder, 'data', 'first-key.env');
let server: ChildProcess;
let endpoint: string;
let keyText: string;

before(async () => {
  server = spawn(process.execPath, [bin, 'serve', './data', '--listen', '127.0.0.1:0', '--console-listen', 'off'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  endpoint = await listeningAddress(server, () => '');
  keyText = await readFile(keyFile, 'utf8');
});
after(async () => {
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await rm(home, { recursive: true, force: true });
  await mkdir(home);
  await writeFile(keyFile, keyText, { mode: 0o600 });
});

/** Runs `tidegate …` in the folder where the server was started. */
async function here(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const words = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ');
  const ran = await run('/bin/sh', ['-c', `cd '${folder}' && ${words}`], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
  });
  return { code: ran.code, stdout: ran.stdout.toString(), stderr: ran.stderr };
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test('SEC-516 right after the first start, commands in the same folder find its key and its address by themselves', async () => {
  assert.equal((await here(['mb', 'files'])).code, 0);
  const { code, stdout, stderr } = await here(['presign', 'files/a.txt']);
  assert.equal(code, 0, stderr);
  assert.ok(stdout.startsWith(`${endpoint}/files/a.txt?`), stdout);
  assert.match((await here(['whoami', '--json'])).stdout, /the key stored in data/);
  assert.equal((await here(['health'])).code, 0);
});

test('SEC-516 whatever names another key or store beats the key of ./data, and a default profile does not', async () => {
  await mkdir(join(home, '.aws'));
  await writeFile(
    join(home, '.aws/credentials'),
    '[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key = s\n[work]\naws_access_key_id = AKWORK\naws_secret_access_key = s\n',
  );
  const idOf = async (args: readonly string[], env?: Readonly<Record<string, string>>) =>
    /Credential=(\w+)/.exec((await here(['presign', 'box/k', ...args], env)).stdout)?.[1];
  const own = /AWS_ACCESS_KEY_ID=(\w+)/.exec(keyText)?.[1];
  // A bucket that was meant for the new server must not be made on AWS with somebody's everyday key.
  assert.equal(await idOf([]), own);
  assert.equal(await idOf(['--profile', 'work']), 'AKWORK');
  assert.equal(await idOf([], { AWS_PROFILE: 'work' }), 'AKWORK');
  assert.equal(await idOf([], { AWS_ACCESS_KEY_ID: 'AKENV', AWS_SECRET_ACCESS_KEY: 's' }), 'AKENV');
  assert.equal(await idOf(['--endpoint-url', 'https://s3.example.com']), 'AKDEFAULT');
  assert.equal(await idOf([], { AWS_ENDPOINT_URL: 'https://s3.example.com' }), 'AKDEFAULT');
  assert.equal(await idOf([], { TIDEGATE_ENDPOINT: 'https://s3.example.com' }), 'AKDEFAULT');
});

test('SEC-516 SEC-807 a key file that others can read, or of a server elsewhere, is not taken by itself', async () => {
  await chmod(keyFile, 0o644);
  const open = await here(['ls']);
  assert.equal(open.code, 2);
  assert.match(open.stderr, /No credentials/);
  await chmod(keyFile, 0o600);
  // A folder that somebody unpacked must not send what is uploaded to a place that it names.
  await writeFile(keyFile, keyText.replace(endpoint, 'https://files.example.com'));
  assert.match((await here(['ls'])).stderr, /No credentials/);
});

test('SEC-516 profiles add moves the key of ./data to the files of the AWS tools', async () => {
  const added = await here(['profiles', 'add']);
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.stderr, /export AWS_PROFILE=tidegate/);
  await assert.rejects(stat(keyFile));
  const [config, credentials] = [join(home, '.aws/config'), join(home, '.aws/credentials')];
  assert.deepEqual(
    [await modeOf(join(home, '.aws')), await modeOf(config), await modeOf(credentials)],
    [0o700, 0o600, 0o600],
  );
  const [, id = '', secret = ''] = /KEY_ID=(\w+)\nAWS_SECRET_ACCESS_KEY=(\w+)/.exec(keyText) ?? [];
  assert.equal(
    await readFile(credentials, 'utf8'),
    `[tidegate]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`,
  );
  assert.equal(
    await readFile(config, 'utf8'),
    `[profile tidegate]\nregion = us-east-1\nendpoint_url = ${endpoint}\ntidegate = true\ns3 =\n    signature_version = s3v4\n    addressing_style = path\n`,
  );
  assert.ok(!`${added.stdout}${added.stderr}`.includes(secret));
  const env = { AWS_PROFILE: 'tidegate' };
  assert.equal((await here(['mb', 'moved'], env)).code, 0);
  const python = await run(
    '/usr/bin/python3',
    ['-c', 'import boto3; print([b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"]])'],
    { env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env } },
  );
  assert.match(python.stdout.toString(), /'moved'/, python.stderr);
});

test('profiles add keeps what is in the files, and replaces a profile of the same name only with --yes', async () => {
  await mkdir(join(home, '.aws'));
  await writeFile(
    join(home, '.aws/credentials'),
    '# mine\n[tidegate]\naws_access_key_id = OLD\n\n[work]\naws_access_key_id = W',
    {
      mode: 0o640,
    },
  );
  await writeFile(
    join(home, '.aws/config'),
    '[default]\nregion = eu-west-1\n[profile tidegate]\nregion = x\ns3 =\n  a = b\n[profile work]\nregion = y\n',
  );
  const refused = await here(['profiles', 'add']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--yes.*tidegate/s);
  assert.equal((await here(['profiles', 'add', '--yes'])).code, 0);
  const credentials = await readFile(join(home, '.aws/credentials'), 'utf8');
  assert.match(
    credentials,
    /^# mine\n\[tidegate\]\naws_access_key_id = TGAK\w+\naws_secret_access_key = \w+\n\n\[work\]\naws_access_key_id = W\n?$/,
  );
  assert.match(
    await readFile(join(home, '.aws/config'), 'utf8'),
    /^\[default\]\nregion = eu-west-1\n\[profile tidegate\]\nregion = us-east-1\n(?:.*\n)*? {4}addressing_style = path\n\[profile work\]\nregion = y\n$/,
  );
});

test('profiles add takes a key from the environment, under another name, and refuses when there is none', async () => {
  await rm(keyFile);
  const none = await here(['profiles', 'add']);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /AWS_ACCESS_KEY_ID/);
  const env = { AWS_ACCESS_KEY_ID: 'AKTEAM', AWS_SECRET_ACCESS_KEY: 'team-secret' };
  assert.equal((await here(['profiles', 'add', 'a b]'], env)).code, 2);
  const added = await here(['profiles', 'add', 'team', '--endpoint-url', 'https://files.example.com'], env);
  assert.equal(added.code, 0, added.stderr);
  const { stdout } = await here(['presign', 'box/k', '--profile', 'team']);
  assert.match(stdout, /^https:\/\/files\.example\.com\/box\/k\?.*Credential=AKTEAM%2F/);
});
