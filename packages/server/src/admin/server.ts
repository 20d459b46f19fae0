import { z } from 'zod';
import { changeablePaths } from '../settings/live-settings.ts';
import { endpoint } from './endpoint.ts';
import { maybeTime } from './json/json-fields.ts';
import { AdminProblem, type FieldProblem } from './json/problem.ts';
import { badFields, unknownBodyField } from './json/read-json.ts';
import { listEndpoint, pageOfWhole } from './list-endpoint.ts';
import { isOperator, requireRoot } from './root-alone.ts';

export const readServer = endpoint({
  method: 'GET',
  path: '/server',
  action: 'tidegate:ReadServer',
  text: 'Version, uptime, region, domains, what of the product is here, and what is stored.',
  answer: z.object({
    version: z.string(),
    uptime: z.int(),
    region: z.string(),
    strictRegion: z.boolean(),
    publicEndpoint: z.string().nullable(),
    domains: z.array(z.string()),
    sigv2: z.enum(['strict', 'aws', 'off']),
    durability: z.enum(['full', 'process']),
    features: z.record(z.string(), z.boolean()),
    /** `ok`, or what is wrong with it in words. */
    checks: z.object({ metadata: z.string(), blobs: z.string(), disk: z.string(), clock: z.string() }),
    /** Null: the disk does not say. */
    disk: z.object({ freeBytes: z.int(), totalBytes: z.int() }).nullable(),
    /** When the last backup was made by `tidegate backup`; null: nobody knows of one. */
    lastBackup: maybeTime,
    /** On the whole server; like the disk and the backup null for all but owners of the account root that reach everything. */
    stored: z.object({ buckets: z.int(), objects: z.int(), storedBytes: z.int() }).nullable(),
  }),
  async handle({ actor }, { describeServer }) {
    const whole = await describeServer();
    return { status: 200, value: isOperator(actor) ? whole : { ...whole, disk: null, lastBackup: null, stored: null } };
  },
});

export const readActor = endpoint({
  method: 'GET',
  path: '/whoami',
  action: 'tidegate:WhoAmI',
  who: 'signer',
  text: 'The key that asks: its account, role and reach.',
  answer: z.object({
    accessKeyId: z.string(),
    account: z.object({ id: z.string(), name: z.string() }),
    role: z.enum(['owner', 'read', 'write', 'link-only']),
    note: z.string().nullable(),
    buckets: z.array(z.string()),
    prefixes: z.array(z.string()),
    /** Who this request came from, and what became of its X-Forwarded-For: `ignored` where no `trust_proxy` names the proxy. */
    client: z.object({ address: z.string(), forwarded: z.enum(['none', 'used', 'ignored']) }),
  }),
  handle({ actor }, { client }) {
    const { accessKeyId, account, role, note, buckets, prefixes } = actor;
    const value = {
      accessKeyId,
      account: { id: account.id, name: account.name },
      role,
      note: note ?? null,
      buckets,
      prefixes,
      client: client(),
    };
    return Promise.resolve({ status: 200, value });
  },
});

const settingShown = z.object({
  name: z.string(),
  /** Null: not set, or a secret. */
  value: z.unknown(),
  /** The value as flag, variable or file would write it; null: not set, or a secret. */
  shown: z.string().nullable(),
  /** `stored`: by this API; `program`: by the program that started the server in its own process. */
  source: z.enum(['flag', 'environment', 'file', 'default', 'stored', 'program']),
  /** What to say behind "Set by"; null: it is the default, or was stored by this API. */
  setBy: z.string().nullable(),
  /** Whether this API changes it now. */
  changeable: z.boolean(),
  /** What values it takes, in words. */
  kind: z.string(),
  /** What holds where nothing is set. */
  default: z.string(),
  secret: z.boolean(),
  text: z.string(),
  flag: z.string().nullable(),
  environment: z.string(),
});
const settingsShown = z.object({ items: z.array(settingShown), next: z.null() });
/** More than there are settings. */
const mostSettings = 1_000;

export const readSettings = listEndpoint({
  path: '/settings',
  action: 'tidegate:ReadSettings',
  text: 'Every setting with the value that it has and where that came from. The values of secrets are left out.',
  item: settingShown,
  defaultItems: mostSettings,
  page({ actor, limit, cursor }, { settings }) {
    requireRoot(actor);
    const all = settings.list();
    const places = new Map(all.map(({ name }, at) => [name, String(at).padStart(4, '0')]));
    return Promise.resolve(pageOfWhole(all, ({ name }) => places.get(name) ?? name, { limit, cursor }));
  },
});

export const changeSettings = endpoint({
  method: 'PATCH',
  path: '/settings',
  action: 'tidegate:ChangeSettings',
  text: 'Changes what may change while the server runs, in all its processes within a second; null takes a change back. What a flag, the environment or tidegate.toml sets is changed there.',
  // The others are named in the refusal, so all names get this far.
  body: z.looseObject({
    'log.level': z.string().nullable().optional(),
    'links.ledger_days': z.int().nullable().optional(),
    'links.ledger_max_links': z.int().nullable().optional(),
    'links.client_address': z.string().nullable().optional(),
  }),
  answer: settingsShown,
  async handle({ actor, body }, { settings, audit }) {
    requireRoot(actor);
    const faults: FieldProblem[] = [];
    for (const [path, value] of Object.entries(body)) {
      const why = settings.unchangeable(path);
      if (why === 'unknown') throw unknownBodyField(path, changeablePaths);
      if (why !== undefined) throw notChangeable(path, why);
      const parsed = value === null ? undefined : settings.parse(path, value);
      if (parsed?.ok === false) faults.push({ field: path, detail: `${JSON.stringify(value)} is not ${parsed.why}.` });
    }
    if (faults.length > 0) throw badFields(faults);
    await settings.change(body);
    for (const [path, value] of Object.entries(body)) {
      audit('setting.changed', { setting: path, value: value === null ? 'default' : String(value) });
    }
    return { status: 200, value: { items: settings.list(), next: null } };
  },
});

function notChangeable(path: string, why: 'at the start alone' | { readonly setBy: string }): AdminProblem {
  const isAtStart = why === 'at the start alone';
  return new AdminProblem({
    status: 409,
    code: 'SettingNotChangeable',
    title: isAtStart ? 'This setting is read at the start' : 'This setting is set elsewhere',
    detail: isAtStart ? `${path} is read when the server starts.` : `${path} is set by ${why.setBy}.`,
    hint: isAtStart ? 'Change it there, and start the server again.' : 'Change it there, or take it out there first.',
    errors: [{ field: path, detail: isAtStart ? 'It is read at the start.' : `It is set by ${why.setBy}.` }],
  });
}
