import { z } from 'zod';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import type { TemporaryRecord } from '../../stores/keys/temporary-store.ts';
import { Pieces } from '../../stores/upkeep/turns.ts';
import { type AdminTools, endpoint } from '../endpoint.ts';
import { anyOf, defaultPageItems, isoTime, pageOf, pageQuery, time } from '../json/json-fields.ts';
import { showTaking } from '../json/link-json.ts';
import { AdminProblem } from '../json/problem.ts';
import { asSeenBy, keysOf, visibilityOf } from '../reach.ts';

/** Temporary credentials as the API shows them. Their secret and token are with who asked for them alone. */
const temporaryShown = z.object({
  id: z.string(),
  /** The key that asked for them; without its note and owner when it is gone. */
  parent: z.object({ accessKeyId: z.string(), note: z.string().nullable(), owner: z.string().nullable() }),
  /** Of AssumeRole; null: GetSessionToken. */
  role: z.string().nullable(),
  name: z.string().nullable(),
  /** The policy that narrows them, as it was given; null: they may what their key may. */
  policy: z.string().nullable(),
  /** Address that asked, as the settings keep it. */
  client: z.string(),
  issuedAt: time,
  endsAt: time,
  state: z.enum(['active', 'revoked', 'expired', 'inactive']),
  revocation: z.object({ id: z.string(), at: time, by: z.string(), reason: z.string().nullable() }).nullable(),
});

export const listTemporaryCredentials = endpoint({
  method: 'GET',
  path: '/temporary-credentials',
  action: 'tidegate:ListTemporaryCredentials',
  who: 'signer',
  text: 'Temporary credentials that STS gave out, the newest first, until a day after their end.',
  query: z.strictObject({
    ...pageQuery,
    state: anyOf(['active', 'revoked', 'expired', 'inactive']).optional(),
    /** The key that asked for them. */
    parent: z.string().max(128).optional(),
  }),
  answer: pageOf(temporaryShown),
  async handle({ actor, query }, tools) {
    const { limit = defaultPageItems, cursor, state, parent } = query;
    const { accountId, accessKeyId } = visibilityOf(actor);
    if (accessKeyId !== undefined && (parent ?? accessKeyId) !== accessKeyId) {
      return { status: 200, value: { items: [], next: null } };
    }
    const asked = { accountId, parent: accessKeyId ?? parent, states: state, limit };
    const pieces = new Pieces(tools.clock);
    let page = await tools.temporary.list({ ...asked, cursor });
    // A page may look at many and find none of the states that are asked for.
    for (let pages = 1; page.items.length === 0 && page.next !== undefined && pages < mostPages; pages += 1) {
      if (pieces.isOver) await pieces.next();
      page = await tools.temporary.list({ ...asked, cursor: page.next });
    }
    const parents = await keysOf(
      page.items.map(({ parent }) => parent),
      tools,
    );
    const seen = await Promise.all(page.items.map((one) => asSeenBy(actor, one, tools)));
    const items = seen.map((one) => showTemporary(one, parents.get(one.parent)));
    return { status: 200, value: { items, next: page.next ?? null } };
  },
});

/** Pages that one request looks through. */
const mostPages = 100;

export const readTemporaryCredentials = endpoint({
  method: 'GET',
  path: '/temporary-credentials/{id}',
  action: 'tidegate:ReadTemporaryCredentials',
  who: 'signer',
  text: 'Temporary credentials that STS gave out, by their id. They are taken back by `POST /revocations` with it as `accessKeyId`.',
  answer: temporaryShown,
  async handle({ actor, id }, tools) {
    const found = await findTemporary(id, actor, tools);
    const parent = await tools.keys.readKey(found.parent);
    return { status: 200, value: showTemporary(await asSeenBy(actor, found, tools), parent?.record) };
  },
});

/** Temporary credentials of a key that the actor sees. @throws AdminProblem 404 */
export async function findTemporary(id: string, actor: KeyRecord, { temporary }: AdminTools): Promise<TemporaryRecord> {
  const found = await temporary.find(id);
  const { accountId, accessKeyId } = visibilityOf(actor);
  const isSeen =
    (accountId === undefined || accountId === found?.accountId) &&
    (accessKeyId === undefined || accessKeyId === found?.parent);
  if (found !== undefined && isSeen) return found;
  throw new AdminProblem({
    status: 404,
    code: 'NoSuchKey',
    title: 'No such temporary credentials',
    detail: `There are no temporary credentials ${id.slice(0, 128)} that you may see. They are listed until a day after their end.`,
  });
}

function showTemporary(record: TemporaryRecord, parent: KeyRecord | undefined): z.input<typeof temporaryShown> {
  const { accessKeyId, role, name, policy, client, issuedAtMs, endsAtMs, state, revocation } = record;
  return {
    id: accessKeyId,
    parent: { accessKeyId: record.parent, note: parent?.note ?? null, owner: parent?.account.name ?? null },
    role: role ?? null,
    name: name ?? null,
    policy: policy ?? null,
    client,
    issuedAt: isoTime(issuedAtMs),
    endsAt: isoTime(endsAtMs),
    state,
    revocation: revocation === undefined ? null : showTaking(revocation),
  };
}
