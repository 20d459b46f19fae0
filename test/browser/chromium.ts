import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type Browser, chromium } from 'playwright-core';

const executable = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** True when an installed Chromium can be driven. A missing one prints a skip, or fails in CI. */
export function hasChromium(t: TestContext): boolean {
  if (existsSync(executable)) return true;
  if (process.env['CI'] === 'true') throw new Error(`${executable} is not installed.`);
  t.skip(`${executable} is not here; the variable CHROMIUM names another`);
  return false;
}

/** What is waited for shows within a second; on a core that is shared with a busy neighbour it has needed thirty. */
const patienceMs = 120_000;

/** Debian's Chromium without a window, asking nobody but the addresses that a test opens. */
export async function startChromium(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: executable,
    timeout: patienceMs,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return browser.on('context', (context) => context.setDefaultTimeout(patienceMs));
}
