import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hasTool, run } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { bin, type CliOptions, exampleKey, tidegate } from './cli.ts';

let product: Product;
let folder: string;

before(async () => {
  product = await startProduct();
  folder = await mkdtemp(join(tmpdir(), 'tidegate-cli-setup-'));
  await mkdir(join(folder, '.aws'));
  await writeFile(
    join(folder, '.aws', 'credentials'),
    '[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key = s\n[work]\naws_access_key_id=AKWORK\naws_secret_access_key=t\n',
  );
  await writeFile(
    join(folder, '.aws', 'config'),
    '[profile work]\nendpoint_url = https://s3.example.com\nregion = eu-central-1\n[profile tool]\ncredential_process = /bin/false\n',
  );
  assert.equal((await cli(['mb', 'reports', 'receipts'])).code, 0);
  for (const key of ['2026/q1.pdf', '2026/q2 final.pdf', 'readme.txt']) {
    assert.equal((await cli(['cp', '-', `s3://reports/${key}`], { input: 'x' })).code, 0);
  }
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
  await product.stop();
});

function cli(args: readonly string[], options: CliOptions = {}) {
  return tidegate(args, { ...options, env: { ...product.environment, ...options.env } });
}

test('config init writes a file of comments that changes nothing, and every line of it can be switched on', async () => {
  const data = join(folder, 'data');
  const made = await tidegate(['config', 'init', data]);
  assert.equal(made.code, 0, made.stderr);
  const file = join(data, 'tidegate.toml');
  const text = await readFile(file, 'utf8');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.ok(text.split('\n').every((line) => line === '' || line.startsWith('# ')));
  const plain = await tidegate(['config', 'show', data]);
  assert.ok(
    plain.stdout.split('\n').every((line) => line === '' || /\t(?:default|argument)$/.test(line)),
    plain.stdout,
  );
  const again = await tidegate(['config', 'init', data]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /^✗ Needs confirmation: add --yes\n {2}.* exists\. Overwrite it\?\n$/);
  await writeFile(file, text.replace(/^# (?=\[|[a-z_]+ = )/gm, ''));
  const check = await tidegate(['config', 'check', data]);
  assert.equal(check.code, 0, check.stderr);
  const all = await tidegate(['config', 'show', data, '--json']);
  // What this version does not have is no setting to look at either.
  assert.doesNotMatch(all.stdout, /"setting":"(?:meta|blobs|upstream|durability)"/);
  assert.match(all.stdout, /\{"setting":"listen","value":"127\.0\.0\.1:9000","from":"[^"]+tidegate\.toml"\}/);
});

test('config show tells where each value came from, and shows no secret', async () => {
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, 'a-root-secret-that-nobody-should-see-0000');
  await chmod(secretFile, 0o600);
  const { code, stdout, stderr } = await tidegate(['config', 'show'], {
    env: {
      TIDEGATE_REGION: 'eu-north-1',
      TIDEGATE_ROOT_ACCESS_KEY_ID: 'AKROOT',
      TIDEGATE_ROOT_SECRET_ACCESS_KEY_FILE: secretFile,
    },
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^region\teu-north-1\tTIDEGATE_REGION$/m);
  assert.match(stdout, /\t\(set, from file\)\tTIDEGATE_ROOT_SECRET_ACCESS_KEY_FILE$/m);
  assert.ok(!stdout.includes('nobody-should-see'));
});

for (const [name, toml, env, said] of [
  ['an unknown name', 'listn = "x"\n', {}, /line 1: `listn` is not a setting\. Did you mean `listen`\?/],
  ['an invalid value', 'workers = "many"\n', {}, /line 1: workers "many" is not a whole number/],
  ['a variable that nothing reads', '', { TIDEGATE_LISTN: 'x' }, /^✗ TIDEGATE_LISTN is not a setting\. Did you mean/],
] as const) {
  test(`config check ends with 2 for ${name}`, async () => {
    const file = join(folder, 'checked.toml');
    await writeFile(file, toml);
    const { code, stdout, stderr } = await tidegate(['config', 'check', '--config', file], { env });
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, said);
  });
}

test('profiles lists those of the files, marks the one that holds, and runs none of their programs', async () => {
  const { code, stdout } = await tidegate(['profiles'], { env: { HOME: folder } });
  assert.equal(code, 0);
  assert.equal(
    stdout,
    'default\tAKDEFAULT\t\t\t\ntool\t(a program)\t\t\t\nwork\tAKWORK\thttps://s3.example.com\teu-central-1\t\n',
  );
  const json = await tidegate(['profiles', '--json=name,used'], { env: { HOME: folder, AWS_PROFILE: 'work' } });
  assert.match(json.stdout, /\{"name":"work","used":true\}/);
  const none = await tidegate(['profiles']);
  assert.match(none.stderr, /^No profiles yet\./);
  const beaten = await tidegate(['profiles'], { env: { ...exampleKey, HOME: folder } });
  assert.match(beaten.stderr, /takes precedence over profiles/);
});

for (const [line, fits] of [
  ['tidegate pro', ['profiles']],
  ['tidegate presign p', ['put', 'post']],
  ['tidegate keys re', ['retire']],
  ['tidegate presign get a/b --style ', ['path', 'virtual']],
  ['tidegate presign get --exp', ['--expires']],
  ['tidegate serve --console-', ['--console-listen']],
  ['tidegate help exit', ['exit-codes']],
  ['tidegate completion f', ['fish']],
  ['tidegate ls --profile w', ['work']],
  ['tidegate ls re', ['reports/', 'receipts/']],
  ['tidegate rb rep', ['reports']],
  ['tidegate presign reports/', ['reports/2026/', 'reports/readme.txt']],
  ['tidegate stat reports/2026/q2', ['reports/2026/q2\\ final.pdf']],
  ['tidegate cp s3://reports/re', ['//reports/readme.txt']],
  ["tidegate cp './a file", []],
  ['tidegate nothing ', []],
] as const) {
  test(`TAB behind "${line}" gives ${fits.join(', ') || 'nothing'}`, async () => {
    const env = {
      AWS_SHARED_CREDENTIALS_FILE: join(folder, '.aws', 'credentials'),
      AWS_CONFIG_FILE: join(folder, '.aws', 'config'),
    };
    const { code, stdout, stderr } = await cli(['__complete', 'bash', line], { env });
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.deepEqual(new Set(stdout.split('\n').filter((word) => word !== '')), new Set(fits));
  });
}

test('TAB gives access keys and links of the ledger where a command takes them', async () => {
  const share = await cli(['share', 'create', 'reports/readme.txt', '--json=id']);
  const [, id = ''] = /"(sh_[a-z2-7]+)"/.exec(share.stdout) ?? [];
  const { AWS_ACCESS_KEY_ID: key = '' } = product.environment;
  for (const [line, expected] of [
    ['keys show ', key],
    ['link policy list --key T', key],
    ['share revoke sh_', id],
    ['share show ', id],
  ] as const) {
    const { code, stdout, stderr } = await cli(['__complete', 'bash', `tidegate ${line}`]);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.ok(expected !== '' && stdout.split('\n').includes(expected), `${line}: ${stdout}`);
  }
  assert.equal((await cli(['__complete', 'bash', 'tidegate request show '])).stdout, '');
});

test('TAB with an unreachable server gives no key and no message', async () => {
  const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  assert.deepEqual(await cli(['__complete', 'fish', '--', 'ls', 'rep'], { env }), { code: 0, stdout: '', stderr: '' });
});

/** A `tidegate` on the path, as an installed one is. */
async function pathWithTidegate(): Promise<string> {
  const programs = join(folder, 'bin');
  await mkdir(programs, { recursive: true });
  const program = join(programs, 'tidegate');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`, { mode: 0o755 });
  return `${programs}:${product.environment['PATH'] ?? ''}`;
}

const shellScripts = {
  bash: 'source <(tidegate completion bash); COMP_LINE="tidegate presign reports/re"; COMP_POINT=${#COMP_LINE}; _tidegate; printf "%s\\n" "${COMPREPLY[@]}"',
  zsh: 'compadd() { shift; print -rl -- "$@" }; source <(tidegate completion zsh); words=(tidegate presign reports/re); CURRENT=3; _tidegate',
  fish: 'tidegate completion fish | source; complete -C "tidegate presign reports/re"',
} as const;

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  test(`the script of completion ${shell} completes a key in that shell`, async (t) => {
    if (!hasTool(t, shell, ['-c', 'true'])) return;
    const env = { ...product.environment, PATH: await pathWithTidegate(), HOME: folder };
    const ran = await run(shell, ['-c', shellScripts[shell]], { env, timeoutMs: 60_000 });
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout.toString(), /^reports\/readme\.txt$/m);
  });
}

test('completion powershell registers a completer; another shell is refused with those that there are', async () => {
  const script = await tidegate(['completion', 'powershell']);
  assert.match(script.stdout, /Register-ArgumentCompleter -Native -CommandName tidegate/);
  const other = await tidegate(['completion', 'tcsh']);
  assert.equal(other.code, 2);
  assert.match(other.stderr, /Supported: bash, zsh, fish, powershell\n$/);
});

test('strict finds nothing that Tidegate wrongly accepts, and leaves nothing behind', async () => {
  const { code, stdout, stderr } = await cli(['strict', product.endpoint]);
  assert.equal(code, 0, stdout + stderr);
  assert.equal(stdout.match(/^✓ /gm)?.length, 6, stdout);
  assert.match(stdout, /: 1\d\d checks, nothing wrongly accepted\n$/);
  const buckets = await cli(['ls']);
  assert.deepEqual(buckets.stdout.match(/^\S+/gm), ['receipts', 'reports']);
  const json: unknown = JSON.parse((await cli(['strict', product.endpoint, '--bucket', 'reports', '--json'])).stdout);
  assert.ok(typeof json === 'object' && json !== null && 'letThrough' in json && json.letThrough === 0);
  const left = await cli(['ls', '-r', 'reports']);
  assert.equal(left.stdout.match(/^\S/gm)?.length, 3, left.stdout);
});

test('strict names everything that a server without checks accepts, and exits with 6', async () => {
  const lax = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => lax.once('listening', resolve));
  const address = lax.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    const { code, stdout } = await cli(['strict', `http://127.0.0.1:${port}`]);
    assert.equal(code, 6);
    assert.match(stdout, /^ {4}accepted {2}X-Amz-Expires raised by a second {2}200$/m);
    const [, checked, through] = /: (\d+) checks, (\d+) wrongly accepted\n$/.exec(stdout) ?? [];
    assert.equal(checked, through);
    assert.ok(Number(checked) > 150, checked);
  } finally {
    lax.close();
  }
});

test('doctor tells role, version and console of a Tidegate, and what its settings leave open', async () => {
  const { code, stdout } = await cli(['doctor']);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^✓ key TGAK\S+, role owner, account root\n✓ Tidegate \d+\.\d+\.\d+\n✓ no console$/m);
  const open = await startProduct(['--listen', '0.0.0.0:0', '--console-listen', '0.0.0.0:0']);
  try {
    const endpoint = `http://127.0.0.1:${open.port}`;
    const found = await tidegate(['doctor'], { env: { ...open.environment, AWS_ENDPOINT_URL: endpoint } });
    assert.equal(found.code, 6, found.stdout);
    assert.match(found.stdout, /^✗ console 0\.0\.0\.0:0 is reachable from outside without TLS$/m);
    assert.match(
      found.stdout,
      /^! listening on .*0\.0\.0\.0:0 without TLS: anyone who sees the traffic can read every link$/m,
    );
  } finally {
    await open.stop();
  }
});

test('doctor reports an untrusted proxy, the disk and the last backup; health -v reports each check', async () => {
  const proxy = createServer((request, response) => {
    const headers = { ...request.headers, 'x-forwarded-for': '203.0.113.9' };
    const { port } = product;
    const passed = httpRequest(
      { host: '127.0.0.1', port, path: request.url, method: request.method, headers },
      (from) => {
        response.writeHead(from.statusCode ?? 502, from.rawHeaders);
        from.pipe(response);
      },
    );
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    const address = proxy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const through = await cli(['doctor', '--public-endpoint', `http://localhost:${port}`]);
    assert.match(
      through.stdout,
      /^! a proxy sends X-Forwarded-For but is not trusted: every client appears as 127\.0\.0\.1$/m,
    );
    assert.match(through.stdout, /^[✓!] disk of the server \d.* free/m);
    assert.doesNotMatch(through.stdout, /last backup/);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
  const target = join(product.folder, 'copy');
  const made = await cli(['backup', target, '--data', join(product.folder, 'data')]);
  assert.equal(made.code, 0, made.stderr);
  assert.match((await cli(['doctor'])).stdout, /^✓ last backup \d+ s ago$/m);
  const healthy = await cli(['health', '-v']);
  assert.equal(healthy.stdout, 'ok\n');
  assert.match(healthy.stderr, /✓ metadata\n✓ blobs\n✓ disk\n✓ clock\n/);
  const nobody = await tidegate(['health', '-v', '--url', product.endpoint]);
  assert.equal(nobody.stdout, 'ok\n');
  assert.match(nobody.stderr, /Only an owner key sees the details/);
});

test('the console opens where config.toml says, and an invalid line is reported with its number', async () => {
  const home = await mkdtemp(join(tmpdir(), 'tidegate-cli-home-'));
  const served = await startProduct(['--console-listen', '127.0.0.1:0']);
  try {
    const env = { ...served.environment, XDG_CONFIG_HOME: home };
    await mkdir(join(home, 'tidegate'));
    await writeFile(join(home, 'tidegate', 'config.toml'), 'console = "http://localhost:19001"\n');
    const opened = await tidegate(['console', '--print'], { env });
    assert.match(opened.stdout, /^http:\/\/localhost:19001\/_\/#/);
    await writeFile(join(home, 'tidegate', 'config.toml'), 'consol = "x"\n');
    const wrong = await tidegate(['console', '--print'], { env });
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /config\.toml, line 1: "consol" is not a preference\.\n {2}Did you mean console\?/);
  } finally {
    await served.stop();
    await rm(home, { recursive: true, force: true });
  }
});
