import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readSettings } from '../src/index.ts';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { startReceiver } from './events/receiver.ts';
import { links, rootCredentials } from './test-server.ts';

type Shown = { readonly name: string; readonly value: unknown; readonly source: string; readonly changeable: boolean };

/** A server whose settings come from a file, which can be written anew. */
async function openWithFile(toml: string, settings: Readonly<Record<string, unknown>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-settings-'));
  const configFile = join(folder, 'tidegate.toml');
  const flags = { listen: '127.0.0.1:0', data: join(folder, 'data') };
  const write = (text: string) => writeFile(configFile, text, { mode: 0o600 });
  await write(toml);
  const read = () => readSettings({ flags, environment: {}, configFile });
  const open = (): Promise<AdminFixture> => {
    const { settings: values, sources } = read();
    const start = { sources, readAgain: read };
    return openAdminFixture({ folder: flags.data, settings: { ...values, ...settings, ...rootOnly }, start });
  };
  return { folder, write, open, remove: () => rm(folder, { recursive: true, force: true }) };
}

const rootOnly = {
  rootAccessKeyId: rootCredentials.accessKeyId,
  rootSecretAccessKey: rootCredentials.secretAccessKey,
};

async function shownOf(fixture: AdminFixture, name: string): Promise<Shown> {
  const { value } = await fixture.api('GET', '/settings');
  return value.items.find((item: Shown) => item.name === name);
}

/** Asks again until it is so; a server that is busy may take its time. */
async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`Not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('settings that change at run time', () => {
  const ends: (() => Promise<unknown>)[] = [];
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  test('ADM-42 settings are shown with what each comes from, without secrets, to the operator alone', async () => {
    const place = await openWithFile('[links]\nledger_days = 20\n');
    const fixture = await place.open();
    ends.push(place.remove, () => fixture.server.stop());
    const shown = await fixture.api('GET', '/settings');
    assert.ok(!shown.text.includes(rootCredentials.secretAccessKey));
    const { value, source, changeable } = await shownOf(fixture, 'links.ledger_days');
    assert.deepEqual([value, source, changeable], [20, 'file', false]);
    assert.equal((await shownOf(fixture, 'region')).source, 'default');
    assert.equal((await shownOf(fixture, 'data')).source, 'flag');
    const listen = shown.value.items.find(({ name }: Shown) => name === 'listen');
    assert.match(listen.shown, /^127\.0\.0\.1:\d+$/, 'as a flag would write it');
    const tenant = await fixture.makeKey({ owner: 'settings-tenant' });
    assert.equal((await fixture.api('GET', '/settings', undefined, { credentials: tenant })).status, 403);
    assert.equal((await fixture.api('PATCH', '/settings', {}, { credentials: tenant })).status, 403);
  });

  test('ADM-46 a changed setting holds at once, is in the audit log, outlives a restart and is taken back by null', async () => {
    const place = await openWithFile('');
    let fixture = await place.open();
    ends.push(place.remove, () => fixture.server.stop());
    await fixture.putObject('reports', 'q3.pdf', 'x');
    const use = async (id: string) => {
      const url = links(fixture.server, 'reports').presignGet('q3.pdf', { limits: { id } });
      await (await fetch(url)).arrayBuffer();
      const found = await fixture.api('GET', `/links?label=${id}`);
      const events = await fixture.api('GET', `/links/${found.value.items[0].id}/events`);
      return events.value.items.find(({ type }: { type: string }) => type === 'link.used').client.address;
    };
    assert.equal(await use('before'), '127.0.0.1');
    const changed = await fixture.api('PATCH', '/settings', { 'links.client_address': 'prefix', 'log.level': 'warn' });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(await use('after'), '127.0.0.0/24');
    const logged = fixture.server.logged().length;
    await fixture.api('GET', '/server');
    assert.equal(fixture.server.logged().length, logged, 'requests are told at info');
    const { value: audit } = await fixture.api('GET', '/audit?event=setting.changed');
    assert.deepEqual(
      audit.items.map(({ fields }: { fields: Readonly<Record<string, string>> }) => fields['setting']).toSorted(),
      ['links.client_address', 'log.level'],
    );
    await fixture.server.running.stop('now');
    fixture = await place.open();
    const kept = await shownOf(fixture, 'links.client_address');
    assert.deepEqual([kept.value, kept.source, kept.changeable], ['prefix', 'stored', true]);
    await fixture.api('PATCH', '/settings', { 'links.client_address': null });
    const back = await shownOf(fixture, 'links.client_address');
    assert.deepEqual([back.value, back.source], ['full', 'default']);
    assert.equal(await use('again'), '127.0.0.1');
  });

  test('ADM-46 ADM-47 what is no value, no setting, set elsewhere or read at the start is refused, and nothing changes', async () => {
    const place = await openWithFile('[links]\nledger_days = 20\n');
    const fixture = await place.open();
    ends.push(place.remove, () => fixture.server.stop());
    const bad = await fixture.api('PATCH', '/settings', { 'log.level': 'loud', 'links.ledger_max_links': 1 });
    assert.equal(bad.status, 400);
    assert.deepEqual(
      bad.value.errors.map(({ field }: { field: string }) => field),
      ['log.level', 'links.ledger_max_links'],
    );
    assert.match(bad.value.errors[0].detail, /"loud" is not one of debug, info, warn, error/);
    const unknown = await fixture.api('PATCH', '/settings', { 'log.levle': 'info' });
    assert.deepEqual([unknown.status, unknown.value.reason], [400, 'FieldUnknown']);
    assert.match(unknown.value.hint, /log\.level/);
    const ofFile = await fixture.api('PATCH', '/settings', { 'log.level': 'debug', 'links.ledger_days': 10 });
    assert.deepEqual([ofFile.status, ofFile.value.code], [409, 'SettingNotChangeable']);
    assert.equal(ofFile.value.detail, 'links.ledger_days is set by tidegate.toml.');
    const atStart = await fixture.api('PATCH', '/settings', { region: 'eu-west-1' });
    assert.deepEqual([atStart.status, atStart.value.field], [409, 'region']);
    assert.equal((await shownOf(fixture, 'log.level')).value, 'info');
  });

  test('ADM-48 the file is read again: log level, limits and retention hold at once, a broken file changes nothing', async () => {
    const place = await openWithFile('');
    const fixture = await place.open();
    ends.push(place.remove, () => fixture.server.stop());
    const longUrl = `/${'a'.repeat(3_000)}`;
    assert.notEqual((await fetch(`${fixture.server.endpoint}${longUrl}`)).status, 414);
    await fixture.api('PATCH', '/settings', { 'links.ledger_days': 7 });
    await place.write('[limits]\nmax_url_bytes = 1024\nmax_json_bytes = 1024\n[links]\nledger_days = 9\n');
    await fixture.server.running.reload();
    assert.equal((await fetch(`${fixture.server.endpoint}${longUrl}`)).status, 414);
    assert.equal((await fixture.api('PATCH', '/settings', { 'log.level': 'x'.repeat(2_000) })).status, 413);
    const days = await shownOf(fixture, 'links.ledger_days');
    assert.deepEqual([days.value, days.source], [9, 'file'], 'the file beats what was stored');
    await place.write('[links]\nledger_days = "many"\n');
    await fixture.server.running.reload();
    assert.match(fixture.server.logged(), /the settings cannot be read again/);
    assert.equal((await shownOf(fixture, 'links.ledger_days')).value, 9);
    await place.write('');
    await fixture.server.running.reload();
    assert.deepEqual((await shownOf(fixture, 'links.ledger_days')).value, 7);
  });

  test('ADM-46 ADM-48 every worker takes what one of them changed, and what was read again', async () => {
    const quiet = '[log]\nlevel = "error"\n';
    const place = await openWithFile(quiet, { workers: 2 });
    const fixture = await place.open();
    ends.push(place.remove, () => fixture.server.stop());
    await fixture.api('PATCH', '/settings', { 'links.ledger_days': 77 });
    let agreeing = 0;
    // Each request is a connection of its own: the kernel gives it to one of the workers.
    await until('all workers know', async () => {
      const { value } = await fixture.api('GET', '/settings', undefined, { headers: { connection: 'close' } });
      const found = value.items.find(({ name }: Shown) => name === 'links.ledger_days').value === 77;
      agreeing = found ? agreeing + 1 : 0;
      return agreeing === 30;
    });
    await place.write(`${quiet}[limits]\nmax_url_bytes = 1024\n`);
    await fixture.server.running.reload();
    agreeing = 0;
    await until('all workers refuse', async () => {
      const answer = await fetch(`${fixture.server.endpoint}/${'a'.repeat(2_000)}`, {
        headers: { connection: 'close' },
      });
      agreeing = answer.status === 414 ? agreeing + 1 : 0;
      return agreeing === 30;
    });
  });

  test('EVT-31 a webhook of the file is made, told, changed with the file and gone with it', async () => {
    const receiver = await startReceiver();
    const place = await openWithFile('');
    ends.push(place.remove, () => receiver.stop());
    const secretFile = join(place.folder, 'hook');
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    await writeFile(secretFile, `${secret}\n`, { mode: 0o600 });
    const target = (types: string) =>
      `outbound_allow = ["127.0.0.1/32"]\n[[webhooks.target]]\nname = "app"\nurl = ${JSON.stringify(receiver.url)}\ntypes = ${types}\nsecret_file = ${JSON.stringify(secretFile)}\n`;
    await place.write(target('["share.created"]'));
    const fixture = await place.open();
    ends.push(() => fixture.server.stop());
    const made = await fixture.api('GET', '/webhooks/app');
    assert.deepEqual([made.value.source, made.value.types], ['file', ['share.created']]);
    await fixture.putObject('reports', 'q3.pdf', 'x');
    await fixture.api('POST', '/shares', { bucket: 'reports', key: 'q3.pdf' });
    await receiver.until((all) => all.some(({ event }) => event.type === 'share.created'));
    for (const [method, path, body] of [
      ['PATCH', '/webhooks/app', { types: [] }],
      ['DELETE', '/webhooks/app', undefined],
      ['POST', '/webhooks/app/rotate', {}],
    ] as const) {
      assert.equal((await fixture.api(method, path, body)).value?.code, 'WebhookSetByFile', `${method} ${path}`);
    }
    assert.equal((await fixture.api('PATCH', '/webhooks/app', { state: 'disabled' })).value.state, 'disabled');
    await writeFile(secretFile, `${Buffer.alloc(32, 8).toString('base64')}\n`, { mode: 0o600 });
    await place.write(target('["link.spent"]'));
    await fixture.server.running.reload();
    const changed = await fixture.api('GET', '/webhooks/app');
    assert.deepEqual([changed.value.id, changed.value.types], [made.value.id, ['link.spent']]);
    assert.equal(changed.value.secrets.length, 2, 'the one before signs for a day');
    assert.equal(changed.value.state, 'disabled', 'what was switched off stays so');
    await place.write(target('["link.spnt"]'));
    await fixture.server.running.reload();
    assert.match(fixture.server.logged(), /is no type of event/);
    await place.write('');
    await fixture.server.running.reload();
    assert.equal((await fixture.api('GET', '/webhooks/app')).status, 404);
  });

  test('EVT-31 a target of the file that cannot be used stops the start and says why', async () => {
    for (const [toml, why] of [
      ['[[webhooks.target]]\nurl = "ftp://a"\n', /its url is no http or https address/],
      ['[[webhooks.target]]\nurl = "https://a.example"\n', /secret_file names no file/],
      ['[[webhooks.target]]\nurl = "https://a.example"\nsecret = "x"\n', /`secret` is not a member/],
      ['[[webhooks.target]]\nurl = "https://a.example"\nsecret_file = "/nowhere/x"\n', /cannot be read/],
    ] as const) {
      const place = await openWithFile(toml);
      try {
        await assert.rejects(async () => (await place.open()).server.stop(), why);
      } finally {
        await place.remove();
      }
    }
  });
});
