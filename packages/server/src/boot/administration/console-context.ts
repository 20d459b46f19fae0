import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AdminServer } from '../../admin/handle-request.ts';
import { type Documents, documentTypes } from '../../console/documents.ts';
import { type ConsoleFile, type ConsoleFiles, consoleTypes } from '../../console/files.ts';
import type { ConsoleContext } from '../../console/handle-request.ts';
import { ConsoleSessions } from '../../console/sessions.ts';
import { Tickets } from '../../console/tickets.ts';
import { SignInTries } from '../../console/tries.ts';
import type { Settings } from '../../settings/list.ts';
import type { World } from '../../world/world.ts';

/** How long a challenge waits for its proof. */
const challengeMs = 2 * 60_000;

/** What the console's listener answers from. */
export function createConsoleContext(
  admin: AdminServer,
  codes: Tickets,
  settings: Pick<Settings, 'consoleHosts'>,
  world: Pick<World, 'clock' | 'random'>,
): ConsoleContext {
  const { clock, random } = world;
  return {
    admin,
    sessions: {
      admin,
      codes,
      sessions: new ConsoleSessions(world),
      // A key of this process alone: a challenge of another one is worth nothing.
      challenges: new Tickets(random.bytes(32), challengeMs, world),
      tries: new SignInTries(clock),
    },
    files: readConsoleFiles(),
    documents: openDocuments(),
    hosts: settings.consoleHosts,
    makeNonce: () => Buffer.from(random.bytes(16)).toString('base64url'),
  };
}

/** The built console, from the package that holds it; undefined: it was not built. */
function readConsoleFiles(): ConsoleFiles | undefined {
  let folder: URL;
  try {
    folder = new URL('./dist/', import.meta.resolve('@tidegate/console/package.json'));
    const names = readdirSync(new URL('./assets/', folder));
    const files = new Set(names);
    const read = (name: string): Uint8Array | undefined =>
      files.has(name) ? readFileSync(new URL(`./assets/${name}`, folder)) : undefined;
    const assets = new Map<string, ConsoleFile>();
    for (const name of names) {
      const type = consoleTypes[extname(name).slice(1)];
      const plain = type === undefined ? undefined : read(name);
      if (type === undefined || plain === undefined) continue;
      // Its name has the hash of its content in it.
      const etag = `"${name}"`;
      assets.set(`assets/${name}`, { type, plain, brotli: read(`${name}.br`), gzip: read(`${name}.gz`), etag });
    }
    return { page: readFileSync(fileURLToPath(new URL('./index.html', folder)), 'utf8'), assets };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Reads the documents with the first request for one: few servers are asked. undefined: they were not built. */
function openDocuments(): () => Documents | undefined {
  let documents: Documents | undefined;
  return () => {
    documents ??= readDocuments();
    return documents;
  };
}

function readDocuments(): Documents | undefined {
  try {
    const folder = new URL('./dist/docs/', import.meta.resolve('@tidegate/console/package.json'));
    const names = new Set(readdirSync(folder));
    const read = (name: string) => (names.has(name) ? readFileSync(new URL(name, folder)) : undefined);
    const documents = new Map<string, ConsoleFile>();
    for (const name of names) {
      const type = documentTypes[extname(name).slice(1)];
      const plain = type === undefined ? undefined : read(name);
      if (type === undefined || plain === undefined) continue;
      const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
      documents.set(name, { type, plain, brotli: read(`${name}.br`), gzip: read(`${name}.gz`), etag });
    }
    return documents;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
