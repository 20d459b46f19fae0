import { z } from 'zod';
import { needsLinkPolicy } from '../../stores/keys/key-rights.ts';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import type { LinkPolicy } from '../../stores/links/link-store.ts';
import { endpoint } from '../endpoint.ts';
import { limitsCarriedBy, limitsShown, showLimits } from '../json/limits-json.ts';
import { AdminProblem } from '../json/problem.ts';
import { badField } from '../json/read-json.ts';
import { listEndpoint, pageOfWhole } from '../list-endpoint.ts';
import { findChangeableKey, findKey } from './keys.ts';

const policyShape = z.strictObject({
  accessKeyId: z.string(),
  name: z.string(),
  limits: limitsShown,
  changedAt: z.iso.datetime(),
});
const newPolicy = z.strictObject({ limits: limitsCarriedBy('key') });
/** Most policies of one access key. */
const mostPolicies = 1_000;

function showPolicy({ accessKeyId, name, limits, changedAtMs }: LinkPolicy): Readonly<Record<string, unknown>> {
  return { accessKeyId, name, limits: showLimits(limits), changedAt: new Date(changedAtMs).toISOString() };
}

export const listPolicies = listEndpoint({
  path: '/keys/{id}/policies',
  action: 'tidegate:ListLinkPolicies',
  text: 'The policies of links that an access key has, for `x-link-policy`, by name.',
  item: policyShape,
  more: { total: z.int() },
  async page({ actor, id, limit, cursor }, tools) {
    const key = await findKey(id, actor, tools);
    const policies = await tools.links.listPolicies(key.accessKeyId);
    const { items, next } = pageOfWhole(policies, ({ name }) => name, { limit, cursor });
    return { items: items.map(showPolicy), next, total: policies.length };
  },
});

/** ADM-61. @throws AdminProblem 403 */
function requireFreeOfPolicies(actor: KeyRecord): void {
  if (!needsLinkPolicy(actor)) return;
  throw new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'A link policy governs your key',
    detail: `The governance of ${actor.accessKeyId}, or of a key above it, names or requires a link policy, so it changes none.`,
    hint: 'Ask the owner of a key that no link policy governs.',
  });
}

export const putPolicy = endpoint({
  method: 'PUT',
  path: '/keys/{id}/policies/{name}',
  action: 'tidegate:PutLinkPolicy',
  text: 'Makes or changes a policy of links: limits that hold for every link with `x-link-policy=NAME`, also those that are out already.',
  body: newPolicy,
  answer: policyShape,
  async handle({ actor, id, name, body }, tools) {
    const { limits } = body;
    requireFreeOfPolicies(actor);
    const key = await findChangeableKey(id, actor, tools);
    if (limits.policy !== undefined) throw badField('limits.policy', 'A policy does not name another one.');
    const there = await tools.links.listPolicies(key.accessKeyId);
    if (there.length >= mostPolicies && !there.some((policy) => policy.name === name)) {
      throw badField('name', `An access key has at most ${mostPolicies} policies.`);
    }
    const policy = await tools.links.putPolicy({ accessKeyId: key.accessKeyId, name, limits });
    tools.audit('policy.changed', { by: actor.accessKeyId, key: key.accessKeyId, policy: name });
    return { status: 200, value: showPolicy(policy) };
  },
});

export const deletePolicy = endpoint({
  method: 'DELETE',
  path: '/keys/{id}/policies/{name}',
  action: 'tidegate:DeleteLinkPolicy',
  text: 'Deletes a policy of links: links that name it are refused from then on (`LinkPolicyGone`). Also 204 when it is gone already.',
  async handle({ actor, id, name }, tools) {
    requireFreeOfPolicies(actor);
    const key = await findChangeableKey(id, actor, tools);
    const was = await tools.links.deletePolicy(key.accessKeyId, name);
    if (was) tools.audit('policy.deleted', { by: actor.accessKeyId, key: key.accessKeyId, policy: name });
    return { status: 204 };
  },
});
