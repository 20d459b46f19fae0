import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bucket } from '@tidegate/presign';
import { settings } from '../../packages/server/src/settings/list.ts';
import { readSettings } from '../../packages/server/src/settings/read-settings.ts';
import { hasTool, python, run, runWell } from '../outside-tool.ts';
import { listeningAddress, startProduct } from '../product-server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const deploy = join(root, 'deploy');
const read = (name: string) => readFileSync(join(deploy, name), 'utf8');
const hosting = readFileSync(join(root, 'docs/guide/hosting.md'), 'utf8');
const environment = { PATH: process.env['PATH'] ?? '' };

function freshFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-deploy-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('the unit is the one of the guide, and systemd finds nothing wrong with it', async (context) => {
  assert.equal(read('tidegate.service'), /```ini\n([\s\S]*?)```/.exec(hosting)?.[1]);
  const verifier = '/usr/bin/systemd-analyze';
  if (!existsSync(verifier)) return;
  // The program is not installed here, so a stand-in takes its place when it is looked up.
  const unit = join(freshFolder(context), 'tidegate.service');
  writeFileSync(unit, read('tidegate.service').replace('/usr/bin/node ', '/bin/true '));
  const { code, stderr } = await run(verifier, ['verify', unit], { env: environment });
  assert.deepEqual([code, stderr.split('\n').filter((line) => line.includes('tidegate.service:'))], [0, []]);
});

/** The words of a line of the Dockerfile that is a list in JSON. */
function listOf(instruction: string): string[] {
  const line = new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(read('Dockerfile'))?.[1];
  return JSON.parse(line ?? '[]');
}

test('SEC-1008 the command of the image has the flags of the unit, starts behind them, and its health check is answered', async (context) => {
  const [, ...words] = listOf('ENTRYPOINT');
  const unitFlags = (/^ExecStart=(.*)$/m.exec(read('tidegate.service'))?.[1] ?? '').split(' ');
  const bare = (flags: readonly string[]) => flags.filter((flag) => /^--(?!allow-fs)/.test(flag));
  assert.deepEqual(
    bare(words),
    bare(unitFlags).filter((flag) => flag !== '--listen'),
  );
  const folder = freshFolder(context);
  const places = (text: string) => text.replace(/(^|=)\/app/, `$1${root}`).replace(/(^|=)\/data/, `$1${folder}`);
  const child = spawn(process.execPath, [...words, ...listOf('CMD')].slice(0, -1).concat('/data/store').map(places), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment, TIDEGATE_LISTEN: '127.0.0.1:0', TIDEGATE_CONSOLE_LISTEN: 'off' },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  context.after(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  });
  const endpoint = await listeningAddress(child, () => said);
  const health = /HEALTHCHECK .* CMD (\[.*\])$/m.exec(read('Dockerfile'))?.[1] ?? '[]';
  const [, ...check]: string[] = JSON.parse(health);
  const asked = check.map(places).map((word) => word.replace('http://127.0.0.1:9000', endpoint));
  assert.match(await runWell(process.execPath, asked, { env: environment }), /^ok/);
});

/** A YAML file as values, read by a parser of others. */
async function readYaml(name: string): Promise<string> {
  const program =
    'import json,sys\nfrom ruamel.yaml import YAML\nprint(json.dumps(list(YAML(typ="safe").load_all(open(sys.argv[1]))), default=str))';
  return await runWell(python, ['-c', program, join(deploy, name)], { env: environment });
}

test('what the files set are settings of the server, and they agree about ports, user and folders', async (context) => {
  if (!hasTool(context, python, ['-c', 'import ruamel.yaml'])) return;
  const known = new Set(Object.values(settings).flatMap(({ environment: name }) => [name, `${name}_FILE`]));
  for (const name of readdirSync(deploy)) {
    const named = read(name).match(/\bTIDEGATE_[A-Z_]+/g) ?? [];
    assert.deepEqual(
      named.filter((one) => !known.has(one)),
      [],
      name,
    );
  }
  const [compose] = JSON.parse(await readYaml('compose.yaml'));
  assert.equal(compose.services.tidegate.read_only, true);
  assert.deepEqual(compose.services.tidegate.ports, ['127.0.0.1:9001:9001']);
  assert.ok(existsSync(join(deploy, compose.services.tidegate.build.dockerfile.replace('deploy/', ''))));
  assert.equal(
    compose.services.tidegate.environment.TIDEGATE_TRUST_PROXY,
    compose.networks.front.ipam.config[0].subnet,
  );
  assert.match(read('Caddyfile'), /reverse_proxy \{\$UPSTREAM:127\.0\.0\.1:9000\}/);
  assert.equal(compose.services.caddy.environment.UPSTREAM, 'tidegate:9000');
  const documents = JSON.parse(await readYaml('kubernetes.yaml'));
  const { spec } = documents.find(({ kind }: { kind: string }) => kind === 'Deployment');
  assert.deepEqual([spec.replicas, spec.strategy.type], [1, 'Recreate']);
  const uid = Number(/useradd .*--uid (\d+)/.exec(read('Dockerfile'))?.[1]);
  assert.deepEqual(
    [spec.template.spec.securityContext.runAsUser, spec.template.spec.securityContext.fsGroup],
    [uid, uid],
  );
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'])
    assert.match(spec.template.spec.containers[0][probe].httpGet.path, /^\/_\/health\/(?:live|ready)$/);
});

test('images are pinned to an exact version, and the image of the server has the Node that the sources are tested with', () => {
  const version = readFileSync(join(root, '.node-version'), 'utf8').trim();
  const bases = Array.from(read('Dockerfile').matchAll(/^FROM (\S+)/gm), ([, image]) => image);
  assert.deepEqual(new Set(bases), new Set([`node:${version}-trixie-slim`]));
  const images = Array.from(read('compose.yaml').matchAll(/^ +image: (\S+)/gm), ([, image]) => image);
  assert.deepEqual(
    images.filter((image) => image !== 'tidegate' && !/:\d+\.\d+\.\d+$/.test(image ?? '')),
    [],
  );
});

/** What people put beside the files of the repository, and must never get into an image or a commit. */
const secretFiles = [
  'deploy/secrets/master',
  'deploy/secrets/id',
  'deploy/secrets/secret',
  'data/keys/master.key',
  'data/first-key.env',
  '.env',
  'deploy/.env',
  'examples/upload-express/.env',
];

test('the secrets that compose.yaml asks for get neither into a commit nor into the image', () => {
  const compose = read('compose.yaml');
  for (const [, path] of compose.matchAll(/file: \.\/(\S+)/g)) assert.ok(secretFiles.includes(`deploy/${path}`), path);
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
  for (const file of secretFiles) {
    assert.equal(spawnSync('git', ['check-ignore', '-q', file], { cwd: root }).status, 0, `git takes ${file}`);
    const parts = file.split('/');
    const isIgnored = parts.some((_, depth) =>
      ignored.some((pattern) => matchesGlob(parts.slice(0, depth + 1).join('/'), pattern)),
    );
    assert.ok(isIgnored, `the image takes ${file}`);
  }
});

test('the proxy that the Kubernetes file trusts is a value to fill in: the server refuses it as it stands', () => {
  const value = /TIDEGATE_TRUST_PROXY, value: "([^"]*)"/.exec(read('kubernetes.yaml'))?.[1] ?? '';
  const environment = { TIDEGATE_TRUST_PROXY: value };
  assert.throws(() => readSettings({ flags: {}, environment }), /FILL IN.*is not an address or CIDR/);
});

test('links pass through nginx as it is set up here: signed host and path, names that are never tidied, big bodies, HTTPS', async (context) => {
  if (!hasTool(context, '/usr/sbin/nginx', ['-v'])) return;
  const product = await startProduct([
    ...['--trust-proxy', '127.0.0.1', '--public-endpoint', 'https://files.example.com'],
    ...['--domain', 'files.example.com'],
  ]);
  context.after(() => product.stop());
  const folder = freshFolder(context);
  const certificate = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-keyout', `${folder}/key`, '-out', `${folder}/pem`, '-days', '2', '-subj', '/CN=files.example.com'];
  await runWell('openssl', [...certificate, ...names], { env: environment });
  const server = read('nginx.conf')
    .replace('listen 443 ssl;', `listen unix:${folder}/socket ssl;`)
    .replace('  listen [::]:443 ssl;\n', '')
    .replace('/etc/ssl/files.example.com.pem', `${folder}/pem`)
    .replace('/etc/ssl/files.example.com.key', `${folder}/key`)
    .replace('http://127.0.0.1:9000', product.endpoint);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (one) => `${one}_temp_path ${folder}/${one};`,
  );
  const frame = `daemon off; pid ${folder}/pid; error_log ${folder}/errors; events {}`;
  // Names that the file does not list are somebody else's.
  const other = `server { listen unix:${folder}/socket ssl default_server; ssl_certificate ${folder}/pem; ssl_certificate_key ${folder}/key; return 421; }`;
  writeFileSync(
    `${folder}/nginx.conf`,
    `${frame}\nhttp { access_log off; ${places.join(' ')}\n${other}\n${server}\n}\n`,
  );
  const nginx = spawn('/usr/sbin/nginx', ['-c', `${folder}/nginx.conf`, '-e', `${folder}/errors`], { stdio: 'ignore' });
  const ended = once(nginx, 'exit');
  context.after(async () => {
    nginx.kill('SIGTERM');
    await ended;
  });
  const curl = (...args: string[]) =>
    runWell(
      'curl',
      [
        '-sSk',
        '--retry',
        '100',
        '--retry-connrefused',
        '--retry-delay',
        '1',
        '--unix-socket',
        `${folder}/socket`,
        ...args,
      ],
      {
        env: environment,
      },
    );
  await Promise.race([
    ended.then(() => assert.fail(readFileSync(`${folder}/errors`, 'utf8'))),
    socketIsThere(`${folder}/socket`),
  ]);
  await product.tidegate('mb', 'files');
  writeFileSync(`${folder}/big`, Buffer.alloc(3_000_000, 'b'));
  for (const key of ['plain.bin', 'a//b c/ü+%.bin']) {
    const put = (
      await product.tidegate(
        'presign',
        'put',
        `s3://files/${key}`,
        '--public-endpoint',
        'https://files.example.com',
        '-q',
      )
    ).trim();
    assert.equal(await curl('-o', '/dev/null', '-w', '%{http_code}', '-T', `${folder}/big`, put), '200', key);
    const get = (
      await product.tidegate(
        'presign',
        `s3://files/${key}`,
        '--https',
        '--assume-tidegate',
        '--public-endpoint',
        'https://files.example.com',
        '-q',
      )
    ).trim();
    assert.equal(await curl('-o', `${folder}/back`, '-w', '%{http_code}', get), '200', key);
    assert.ok(readFileSync(`${folder}/back`).equals(readFileSync(`${folder}/big`)));
  }
  const { accessKeyId, secretAccessKey } = product;
  const inHost = bucket('files', {
    endpoint: 'https://files.example.com',
    style: 'virtual',
    credentials: { accessKeyId, secretAccessKey },
  }).presignGet('plain.bin');
  assert.match(inHost, /^https:\/\/files\.files\.example\.com\/plain\.bin/);
  assert.equal(await curl('-o', '/dev/null', '-w', '%{http_code}', inHost), '200');
});

/** Waits until nginx has made its socket: it does so before it takes the first connection. */
async function socketIsThere(path: string): Promise<void> {
  for (let tries = 0; tries < 6000 && !existsSync(path); tries += 1) await new Promise((next) => setTimeout(next, 10));
}

test('every file of the folder is named by the guide that says how to use it', () => {
  const guides = ['operate', 'hosting']
    .map((name) => readFileSync(join(root, `docs/guide/${name}.md`), 'utf8'))
    .join('\n');
  for (const name of readdirSync(deploy)) assert.ok(guides.includes(`deploy/${name}`), name);
  assert.equal(spawnSync('git', ['check-ignore', 'deploy/Dockerfile'], { cwd: root }).status, 1);
});
