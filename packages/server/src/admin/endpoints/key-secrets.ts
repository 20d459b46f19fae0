import { deriveSigningKey } from '@tidegate/presign';
import { forgetSigningKeys } from '@tidegate/presign/internal';
import { z } from 'zod';
import { newSecret } from '../../stores/keys/new-credentials.ts';
import { Secret } from '../../stores/keys/secret.ts';
import { endpoint } from '../endpoint.ts';
import { durationSchema } from '../json/governance-json.ts';
import { AdminProblem } from '../json/problem.ts';
import { badField } from '../json/read-json.ts';
import { findChangeableKey, keyShape, keyWithSecretShape, showKeyTo } from './keys.ts';

const dayMs = 86_400_000;
/** How long an old secret signs beside the new one. */
const defaultOverlapSeconds = 86_400;
const mostOverlapSeconds = 90 * 86_400;
/** How far ahead a signing key is given out: one for a day that is years away would be another long-lived secret. */
const mostDaysAhead = 31;

const rotation = z.strictObject({
  overlap: z.union([z.literal(0), durationSchema]).optional(),
});

export const rotateKey = endpoint({
  method: 'POST',
  path: '/keys/{id}/rotate',
  action: 'tidegate:RotateKey',
  text: 'Gives an access key a new secret, shown this once; the old one signs for `overlap` longer (default 24 h), or until it is retired.',
  body: rotation,
  answer: keyWithSecretShape,
  async handle({ actor, id, body }, tools) {
    const { overlap = defaultOverlapSeconds } = body;
    if (overlap > mostOverlapSeconds) throw badField('overlap', 'It is at most 90 days.');
    const key = await findChangeableKey(id, actor, tools);
    const secret = newSecret(tools.random);
    const retireAtMs = tools.clock.nowMs() + overlap * 1000;
    const rotated = await tools.keys.rotateKey(key.accessKeyId, { secret: new Secret(secret), retireAtMs });
    if (rotated === 'two-live') {
      throw new AdminProblem({
        status: 409,
        code: 'InvalidRequest',
        title: 'Two secrets sign already',
        detail: `The older one has to be retired before ${key.accessKeyId} is rotated again.`,
        hint: `tidegate keys retire ${key.accessKeyId}`,
      });
    }
    if (rotated === 'missing') throw gone(id);
    tools.audit('key.rotated', { by: actor.accessKeyId, key: key.accessKeyId });
    return { status: 200, value: { ...(await showKeyTo(actor, rotated, tools)), secretAccessKey: secret } };
  },
});

export const retireSecrets = endpoint({
  method: 'POST',
  path: '/keys/{id}/retire',
  action: 'tidegate:RetireSecrets',
  text: 'Ends every secret of an access key but the newest, and with them the links and temporary credentials that they signed.',
  body: z.strictObject({}),
  answer: keyShape,
  async handle({ actor, id }, tools) {
    const key = await findChangeableKey(id, actor, tools);
    const before = await tools.keys.readKey(key.accessKeyId);
    const retired = await tools.keys.retireSecrets(key.accessKeyId);
    if (retired === undefined) throw gone(id);
    // SIG-23: what was derived from a secret dies with it.
    for (const { secret } of before?.secrets.slice(1) ?? []) forgetSigningKeys(secret.reveal());
    tools.audit('key.retired', { by: actor.accessKeyId, key: key.accessKeyId });
    return { status: 200, value: await showKeyTo(actor, retired, tools) };
  },
});

const derivation = z.strictObject({
  date: z
    .string()
    .regex(/^\d{4}-?\d{2}-?\d{2}$/, 'is not a day like 20261124')
    .optional(),
  region: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'is not a region')
    .optional(),
});

export const deriveKey = endpoint({
  method: 'POST',
  path: '/keys/{id}/derive',
  action: 'tidegate:DeriveKey',
  text: 'The SigV4 signing key of an access key for one day (UTC, default today) and region: it signs links of that day without the secret.',
  body: derivation,
  answer: z.strictObject({
    accessKeyId: z.string(),
    signingKey: z.string().regex(/^[0-9a-f]{64}$/),
    date: z.string(),
    region: z.string(),
    service: z.literal('s3'),
  }),
  async handle({ actor, id, body: asked }, tools) {
    const key = await findChangeableKey(id, actor, tools);
    const nowMs = tools.clock.nowMs();
    const date = asked.date?.replaceAll('-', '') ?? dayOf(nowMs);
    const startsMs = Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00Z`);
    if (Number.isNaN(startsMs) || dayOf(startsMs) !== date) throw badField('date', 'There is no such day.');
    if (startsMs < nowMs - 2 * dayMs || startsMs > nowMs + mostDaysAhead * dayMs) {
      throw badField('date', `Signing keys are given out from yesterday to ${mostDaysAhead} days ahead.`);
    }
    const found = await tools.keys.readKey(key.accessKeyId);
    if (found === undefined) throw gone(id);
    const region = asked.region ?? tools.region;
    const signingKey = Buffer.from(deriveSigningKey(found.secret.reveal(), date, region)).toString('hex');
    tools.audit('key.derived', { by: actor.accessKeyId, key: key.accessKeyId, date, region });
    return { status: 200, value: { accessKeyId: key.accessKeyId, signingKey, date, region, service: 's3' } };
  },
});

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Deleted since it was found. */
function gone(id: string): AdminProblem {
  return new AdminProblem({ status: 404, code: 'NoSuchKey', title: 'No such access key', detail: `${id} is gone.` });
}
