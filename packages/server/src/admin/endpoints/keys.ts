import { forgetSigningKeys } from '@tidegate/presign/internal';
import { isBucketName } from '@tidegate/protocol';
import { z } from 'zod';
import { allRights } from '../../stores/keys/key-rights.ts';
import {
  type KeyDetails,
  KeyExists,
  type KeyRecord,
  type KeyRights,
  type NewKey,
} from '../../stores/keys/key-store.ts';
import { newAccessKeyId, newSecret } from '../../stores/keys/new-credentials.ts';
import { Secret } from '../../stores/keys/secret.ts';
import { Pieces } from '../../stores/upkeep/turns.ts';
import { type AdminTools, endpoint } from '../endpoint.ts';
import { changedGovernance, governanceSchema, governanceShape, showGovernance } from '../json/governance-json.ts';
import { AdminProblem } from '../json/problem.ts';
import { listEndpoint, type PageAsked, pageOfWhole } from '../list-endpoint.ts';
import { mayChange, seesKey, visibilityOf } from '../reach.ts';

const roles = ['owner', 'read', 'write', 'link-only'] as const;

const newKey = z.strictObject({
  owner: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@ -]{0,63}$/, 'is not an account name: 1 to 64 letters, digits, and ._@- or spaces')
    .optional(),
  role: z.enum(roles).default('owner'),
  buckets: z.array(z.string().refine(isBucketName, 'is not a bucket name')).max(100).default([]),
  prefixes: z.array(z.string().min(1).max(1024)).max(100).default([]),
  note: z.string().max(256).optional(),
  governance: governanceSchema.optional(),
});

const keyPatch = z.strictObject({
  state: z.enum(['enabled', 'disabled']).optional(),
  role: z.enum(roles).optional(),
  buckets: newKey.shape.buckets.unwrap().optional(),
  prefixes: newKey.shape.prefixes.unwrap().optional(),
  note: z.string().max(256).nullable().optional(),
  governance: governanceSchema.nullable().optional(),
});

const time = z.iso.datetime();

/** A key as the API shows it. */
export const keyShape = z.strictObject({
  id: z.string(),
  owner: z.strictObject({ id: z.string(), name: z.string() }),
  note: z.string().nullable(),
  role: z.enum(roles),
  state: z.enum(['enabled', 'disabled']),
  buckets: z.array(z.string()),
  prefixes: z.array(z.string()),
  governance: governanceShape.nullable(),
  madeBy: z.string().nullable(),
  createdAt: time,
  disabledAt: time.nullable(),
  lastUsed: time.nullable().optional(),
  secrets: z
    .array(z.strictObject({ n: z.int(), createdAt: time, retireAt: time.nullable(), lastUsed: time.nullable() }))
    .optional(),
});

/** A key with the secret that is shown this once. */
export const keyWithSecretShape = keyShape.extend({ secretAccessKey: z.string() });

/** A key as the API shows it. A secret is never in it. */
function showKey(key: KeyRecord | KeyDetails): Readonly<Record<string, unknown>> {
  const secrets = 'secrets' in key ? key.secrets : [];
  const lastUsed = Math.max(0, ...secrets.map(({ lastUsedAtMs }) => lastUsedAtMs ?? 0));
  return {
    id: key.accessKeyId,
    owner: { id: key.account.id, name: key.account.name },
    note: key.note ?? null,
    role: key.role,
    state: key.disabledAtMs === undefined ? 'enabled' : 'disabled',
    buckets: key.buckets,
    prefixes: key.prefixes,
    governance: showGovernance(key),
    madeBy: key.madeBy ?? null,
    createdAt: new Date(key.createdAtMs).toISOString(),
    disabledAt: timeOf(key.disabledAtMs),
    ...('secrets' in key && {
      lastUsed: timeOf(lastUsed === 0 ? undefined : lastUsed),
      secrets: secrets.map(({ generation, createdAtMs, retireAtMs, lastUsedAtMs }) => ({
        n: generation,
        createdAt: timeOf(createdAtMs),
        retireAt: timeOf(retireAtMs),
        lastUsed: timeOf(lastUsedAtMs),
      })),
    }),
  };
}

/** A key as the actor sees it: who made it only where that is a key that it sees. */
export async function showKeyTo(
  actor: KeyRecord,
  key: KeyRecord | KeyDetails,
  tools: Pick<AdminTools, 'keys'>,
): Promise<Readonly<Record<string, unknown>>> {
  const maker = key.madeBy === undefined ? undefined : await tools.keys.describeKey(key.madeBy);
  const isMakerSeen = maker !== undefined && (await seesKey(maker, actor, tools));
  return { ...showKey(key), madeBy: isMakerSeen ? maker.accessKeyId : null };
}

/** A key that the actor may see. @throws AdminProblem 404 */
export async function findKey(id: string, actor: KeyRecord, tools: AdminTools): Promise<KeyDetails> {
  const found = await tools.keys.describeKey(id);
  if (found !== undefined && (await seesKey(found, actor, tools))) return found;
  throw new AdminProblem({
    status: 404,
    code: 'NoSuchKey',
    title: 'No such access key',
    detail: `There is no access key ${id.slice(0, 128)} that you may see.`,
    hint: 'List them: tidegate keys list',
  });
}

/**
 * A key that the actor may change, or be told the secrets of: its own, and every one of its account where nothing bounds the
 * actor; otherwise those alone that it made, which are bounded by it (SEC-310).
 * @throws AdminProblem 403, 404
 */
export async function findChangeableKey(id: string, actor: KeyRecord, tools: AdminTools): Promise<KeyDetails> {
  const key = await findKey(id, actor, tools);
  if (await mayChange(key.accessKeyId, actor, tools)) return key;
  throw new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'Not a key that yours made',
    detail: 'Your key is limited, so it may change only keys that it made itself.',
  });
}

/** A page of the keys that the actor sees. A limited owner sees few: its own and those below it (ADM-62). */
async function pageOfSeenKeys(
  actor: KeyRecord,
  { limit, cursor }: PageAsked,
  tools: AdminTools,
): Promise<{ readonly items: readonly KeyDetails[]; readonly next: string | undefined; readonly total: number }> {
  const { accountId, accessKeyId } = visibilityOf(actor);
  if (accessKeyId === undefined) return await tools.keys.pageKeys({ accountId, limit, cursor });
  const all = await tools.keys.listKeys();
  // Each is looked up once for all questions of who made whom.
  const byId = new Map(all.map((key) => [key.accessKeyId, key]));
  const known = { keys: { describeKey: (id: string) => Promise.resolve(byId.get(id)) } };
  const seen: KeyDetails[] = [];
  for (const key of all) if (await seesKey(key, actor, known)) seen.push(key);
  const nameOf = (key: KeyDetails): string => `${String(key.createdAtMs).padStart(16, '0')} ${key.accessKeyId}`;
  return { ...pageOfWhole(seen, nameOf, { limit, cursor }), total: seen.length };
}

export const listKeys = listEndpoint({
  path: '/keys',
  action: 'tidegate:ListKeys',
  text: 'The access keys that the caller may administer, the oldest first, without secrets.',
  item: keyShape,
  more: { total: z.int() },
  async page({ actor, ...asked }, tools) {
    const { items, next, total } = await pageOfSeenKeys(actor, asked, tools);
    const shown: Readonly<Record<string, unknown>>[] = [];
    const pieces = new Pieces(tools.clock);
    for (const key of items) {
      if (pieces.isOver) await pieces.next();
      shown.push(await showKeyTo(actor, key, tools));
    }
    return { items: shown, next, total };
  },
});

export const createKey = endpoint({
  method: 'POST',
  path: '/keys',
  action: 'tidegate:CreateKey',
  text: 'Makes an access key, and its account when the name is new. The answer holds the secret, this once.',
  body: newKey,
  status: 201,
  answer: keyWithSecretShape,
  async handle({ actor, body: asked }, tools) {
    const accountName = asked.owner ?? actor.account.name;
    // Whoever sees only some of the server makes keys only for its own account.
    if (visibilityOf(actor).accountId !== undefined && accountName !== actor.account.name)
      throw foreignAccount(accountName);
    refuseWiderReach(actor, asked);
    const secret = newSecret(tools.random);
    const { role, buckets, prefixes, note } = asked;
    const governance = asked.governance === undefined ? undefined : changedGovernance(undefined, asked.governance);
    const key = await createUnused(
      { role, buckets, prefixes, note, governance, accountName, secret: new Secret(secret), madeBy: actor.accessKeyId },
      tools,
    );
    tools.audit('key.created', { by: actor.accessKeyId, key: key.accessKeyId, owner: accountName, role: key.role });
    return { status: 201, value: { ...(await showKeyTo(actor, key, tools)), secretAccessKey: secret } };
  },
});

/** The intersection with the maker's own reach, refused rather than narrowed in silence (SEC-310). */
function refuseWiderReach(actor: KeyRecord, asked: Pick<KeyRights, 'buckets' | 'prefixes'>): void {
  const outside = (mine: readonly string[], theirs: readonly string[], covers: (own: string, one: string) => boolean) =>
    mine.length > 0 && (theirs.length === 0 || theirs.some((one) => !mine.some((own) => covers(own, one))));
  const isWider = allRights(actor).some(
    ({ buckets, prefixes }) =>
      outside(buckets, asked.buckets, (own, one) => own === one) ||
      outside(prefixes, asked.prefixes, (own, one) => one.startsWith(own)),
  );
  if (!isWider) return;
  throw new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'The new key would reach further than yours',
    detail: 'Your key is limited to buckets or prefixes; a key that it makes must stay within them.',
  });
}

function foreignAccount(name: string): AdminProblem {
  return new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'Another account',
    detail: `Only an owner of the account root that reaches everything may make keys of ${JSON.stringify(name)}.`,
  });
}

/** Ids are random; should one exist already, another is taken. */
async function createUnused(key: Omit<NewKey, 'accessKeyId'>, { keys, random }: AdminTools): Promise<KeyRecord> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await keys.createKey({ ...key, accessKeyId: newAccessKeyId(random) });
    } catch (error) {
      if (!(error instanceof KeyExists) || tries === 3) throw error;
    }
  }
}

export const readKey = endpoint({
  method: 'GET',
  path: '/keys/{id}',
  action: 'tidegate:ReadKey',
  text: 'One access key, without its secret.',
  answer: keyShape,
  async handle({ actor, id }, tools) {
    return { status: 200, value: await showKeyTo(actor, await findKey(id, actor, tools), tools) };
  },
});

export const changeKey = endpoint({
  method: 'PATCH',
  path: '/keys/{id}',
  action: 'tidegate:ChangeKey',
  text: 'Changes what it names of an access key: state, role, buckets, prefixes, note, governance; null takes away. Holds from the next request on.',
  body: keyPatch,
  answer: keyShape,
  async handle({ actor, id, body }, tools) {
    const { state, governance, note, ...reach } = body;
    const key = await findChangeableKey(id, actor, tools);
    if (key.accessKeyId === actor.accessKeyId) {
      if (state === 'disabled') throw ownKey('disabled');
      if (governance !== undefined || Object.values(reach).some((value) => value !== undefined)) throw ownRights();
    }
    const { role = key.role, buckets = key.buckets, prefixes = key.prefixes } = reach;
    refuseWiderReach(actor, { buckets, prefixes });
    let changed: KeyRecord | undefined = key;
    if (Object.keys(reach).length > 0 || note !== undefined || governance !== undefined) {
      changed = await tools.keys.editKey(key.accessKeyId, {
        role,
        buckets,
        prefixes,
        ...(note !== undefined && { note: note ?? undefined }),
        ...(governance !== undefined && {
          governance: governance === null ? undefined : changedGovernance(key.governance, governance),
        }),
      });
    }
    if (state !== undefined) changed = await tools.keys.setKeyEnabled(key.accessKeyId, state);
    tools.audit(state === 'disabled' ? 'key.disabled' : 'key.changed', { by: actor.accessKeyId, key: key.accessKeyId });
    const now = (await tools.keys.describeKey(key.accessKeyId)) ?? changed ?? key;
    return { status: 200, value: await showKeyTo(actor, now, tools) };
  },
});

export const deleteKey = endpoint({
  method: 'DELETE',
  path: '/keys/{id}',
  action: 'tidegate:DeleteKey',
  text: 'Deletes an access key; every link that it signed ends. Also 204 when it is gone already.',
  async handle({ actor, id }, tools) {
    const known = await tools.keys.readKey(id);
    const found = known?.record;
    if (found === undefined || !(await seesKey(found, actor, tools))) return { status: 204 };
    if (found.accessKeyId === actor.accessKeyId) throw ownKey('deleted');
    await findChangeableKey(id, actor, tools);
    await tools.keys.deleteKey(found.accessKeyId);
    // SIG-23: what was derived from a secret dies with it.
    for (const { secret } of known?.secrets ?? []) forgetSigningKeys(secret.reveal());
    tools.audit('key.deleted', { by: actor.accessKeyId, key: found.accessKeyId });
    return { status: 204 };
  },
});

function ownRights(): AdminProblem {
  return new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'No key changes its own rights',
    detail: 'Role, reach and governance of a key are changed by another owner key.',
  });
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** A caller that shuts itself out could not undo it. */
function ownKey(what: string): AdminProblem {
  return new AdminProblem({
    status: 409,
    code: 'InvalidRequest',
    title: 'That is the key you use',
    detail: `The key that signs a request cannot be ${what} by it. Use another owner key.`,
  });
}
