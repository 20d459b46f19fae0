import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createTestWorld, type TestWorld } from '../test-support/world.ts';
import { CliError } from './errors.ts';
import { type Preferences, readPreferences, withPreferences } from './preferences.ts';

async function worldWith(t: TestContext, text: string, env: Readonly<Record<string, string>> = {}): Promise<TestWorld> {
  const homeFolder = await mkdtemp(join(tmpdir(), 'tidegate-home-'));
  t.after(() => rm(homeFolder, { recursive: true, force: true }));
  await mkdir(join(homeFolder, '.config', 'tidegate'), { recursive: true });
  await writeFile(join(homeFolder, '.config', 'tidegate', 'config.toml'), text);
  return createTestWorld({ env, homeFolder });
}

for (const [text, preferences] of [
  ['', {}],
  ['# nothing\n\n', {}],
  ['color = "never" # quiet\nqr=\'invert\'\n', { color: 'never', qr: 'invert' }],
  ['console = "http://127.0.0.1:19001"\r\n', { console: 'http://127.0.0.1:19001' }],
] as const satisfies readonly (readonly [string, Preferences])[]) {
  test(`the preferences ${JSON.stringify(text)} are read`, async (t) => {
    assert.deepEqual(readPreferences(await worldWith(t, text)), preferences);
  });
}

for (const [text, what, fix] of [
  ['\ncolour = "never"', /config\.toml, line 2: "colour" is not a preference/, /Did you mean color/],
  ['color = "pink"', /line 1: color is "pink"; allowed: auto, always, never/, undefined],
  ['color never', /line 1: expected {2}name = "value"/, undefined],
  ['console = "9001"', /line 1: console is "9001", which is not a URL/, /console = /],
  ['__proto__ = "x"', /"__proto__" is not a preference/, undefined],
] as const) {
  test(`the preferences ${JSON.stringify(text)} are refused by their line`, async (t) => {
    const world = await worldWith(t, text);
    assert.throws(
      () => readPreferences(world),
      (error: unknown) => {
        assert.ok(error instanceof CliError);
        assert.equal(error.parts.exit, 2);
        assert.match(error.parts.what, what);
        if (fix !== undefined) assert.match(error.parts.fix ?? '', fix);
        return true;
      },
    );
  });
}

test('colours of the environment beat those of the file; a home without one changes nothing', async (t) => {
  const never = await worldWith(t, 'color = "never"');
  assert.equal(withPreferences(never).env['NO_COLOR'], '1');
  const forced = await worldWith(t, 'color = "never"', { FORCE_COLOR: '1' });
  assert.equal(withPreferences(forced).env['NO_COLOR'], undefined);
  const always = await worldWith(t, 'color = "always"');
  assert.equal(withPreferences(always).env['FORCE_COLOR'], '1');
  const none = createTestWorld();
  assert.equal(withPreferences(none), none);
});
