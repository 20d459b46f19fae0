import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call } from '../core/command.ts';
import { CliError, exitCodes } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import type { Connection } from './connection.ts';
import { sendOnce } from './http-client.ts';
import { httpOptions } from './http-options.ts';
import { headerText } from './s3-answer.ts';

const rememberedMs = 24 * 60 * 60 * 1000;
const rememberedMost = 50;

/**
 * Refuses where a limit would be ignored: a store that is not known as a Tidegate is asked once, and the answer kept
 * for a day in the user's cache folder.
 * @throws CliError refused when it is not a Tidegate; not reachable when it does not answer
 */
export async function requireTidegate(connection: Connection, flagName: string, call: Call): Promise<void> {
  if (connection.isKnownTidegate) return;
  const host = connection.endpoint.replace(/^https?:\/\//, '');
  const known = readKnown(call.world);
  if (call.world.nowMs() - (known.get(connection.endpoint) ?? 0) < rememberedMs) return;
  if (!connection.isAws && (await isTidegate(connection.endpoint, call))) {
    remember(connection.endpoint, known, call.world);
    return;
  }
  throw new CliError({
    exit: exitCodes.refused,
    what: `${host} is not a Tidegate; it would ignore ${flagName}.`,
    fix: 'If it is a Tidegate behind a proxy that hides it, add  --assume-tidegate',
    code: 'LimitNotEnforced',
  });
}

/** Whether what answers at an endpoint says that it is a Tidegate. */
async function isTidegate(endpoint: string, call: Call): Promise<boolean> {
  const answer = await sendOnce({ method: 'GET', url: `${endpoint}/_/health/live`, headers: {} }, httpOptions(call));
  answer.body.resume();
  return answer.status === 200 && headerText(answer, 'server') === 'Tidegate';
}

function cacheFile(world: World): string {
  const folder = world.env['XDG_CACHE_HOME'] ?? join(world.homeFolder, '.cache');
  return join(folder, 'tidegate', 'endpoints.json');
}

/** The endpoints that said so, and when. A file that cannot be read is no knowledge, no failure. */
function readKnown(world: World): Map<string, number> {
  const known = new Map<string, number>();
  try {
    const kept: unknown = JSON.parse(readFileSync(cacheFile(world), 'utf8'));
    for (const [endpoint, atMs] of Object.entries(kept ?? {})) {
      if (typeof atMs === 'number') known.set(endpoint, atMs);
    }
  } catch {
    return new Map();
  }
  return known;
}

/** Kept when it can be: a home that is read-only costs one more question, nothing else. */
function remember(endpoint: string, known: Map<string, number>, world: World): void {
  known.delete(endpoint);
  const kept = [...known, [endpoint, world.nowMs()] as const].slice(-rememberedMost);
  const file = cacheFile(world);
  try {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(kept))}\n`, { mode: 0o600 });
  } catch {
    return;
  }
}
