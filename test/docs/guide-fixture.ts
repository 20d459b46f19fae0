import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../outside-tool.ts';
import { installedProject } from '../packages/installed.ts';
import type { Product } from '../product-server.ts';
import { writeScript } from './document-script.ts';

/** Of one guide: a minute on two cores that others use too, five where they leave nothing. */
const patienceMs = 600_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** The Markdown of one guide. */
export function readGuide(name: string): string {
  return readFileSync(join(root, `docs/guide/${name}.md`), 'utf8');
}

/** How a guide is followed: what stands for its own names on this machine, and more variables. */
export type GuideFixture = {
  readonly replace?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Runs every block of a guide that can run, in order, in an empty folder with `tidegate` on the path and the product as its server.
 * @returns what the commands wrote to stdout, line by line, once all of them ended well
 */
export async function followGuide(
  context: TestContext,
  name: string,
  product: Product,
  fixture: GuideFixture = {},
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), `tidegate-guide-${name}-`));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const project = await installedProject();
  // What readers of the page about SDKs have installed themselves.
  const sdk = join(project, 'node_modules/@aws-sdk');
  if (!existsSync(sdk)) symlinkSync(fileURLToPath(new URL('../../node_modules/@aws-sdk', import.meta.url)), sdk);
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  const places = { 'http://127.0.0.1:9000': product.endpoint, ...fixture.replace };
  const script = Object.entries(places).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    writeScript(readGuide(name)),
  );
  const path = [dirname(process.execPath), join(project, 'node_modules/.bin'), product.environment['PATH']].join(':');
  const env = { ...product.environment, PATH: path, HOME: folder, LC_ALL: 'C.UTF-8', ...fixture.env };
  const ran = await run('/bin/bash', ['-c', `cd '${folder}' && ${script}`], { env, timeoutMs: patienceMs });
  assert.equal(ran.code, 0, `${name}\n${ran.stdout}\n${ran.stderr}`);
  return ran.stdout.toString().split('\n');
}

/** That lines were said in this order; each is given as its beginning, or as a pattern. */
export function saidInOrder(said: readonly string[], expected: readonly (string | RegExp)[]): void {
  let at = 0;
  for (const one of expected) {
    const found = said.findIndex(
      (line, index) => index >= at && (typeof one === 'string' ? line.startsWith(one) : one.test(line)),
    );
    assert.ok(found !== -1, `${one} after line ${at} of\n${said.join('\n')}`);
    at = found + 1;
  }
}
