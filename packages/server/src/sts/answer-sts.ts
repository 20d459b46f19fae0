import type { SignedCaller } from '../auth/caller.ts';
import { accountNumber } from '../policy/account-number.ts';
import { isLinkOnly } from '../policy/key-scope.ts';
import { maxSessionPolicyLength, parseSessionPolicy } from '../policy/session-policy.ts';
import type { AdminStore } from '../stores/admin/admin-store.ts';
import type { KeyWithSecret } from '../stores/keys/key-store.ts';
import { newAccessKeyId, newSecret, sessionIdPrefix } from '../stores/keys/new-credentials.ts';
import { mostTemporary, type NewTemporary, type TemporaryStore } from '../stores/keys/temporary-store.ts';
import type { EventStore } from '../stores/links/event-store.ts';
import { silentEvent } from '../stores/links/link-notes.ts';
import type { Clock } from '../world/clock.ts';
import type { Random } from '../world/random.ts';
import { hashOfToken, type SessionTokens } from './session-tokens.ts';
import { StsError } from './sts-error.ts';
import type { StsParameters } from './sts-parameters.ts';
import type { StsTree } from './sts-xml.ts';

/** What STS works with. */
export type StsTools = {
  readonly tokens: SessionTokens;
  readonly clock: Clock;
  readonly random: Random;
  /** The secrets of the key that asks: new credentials hang on the one that signed. */
  readonly readKey: (accessKeyId: string) => KeyWithSecret | undefined | Promise<KeyWithSecret | undefined>;
  readonly temporary: Pick<TemporaryStore, 'record'>;
  readonly records: Pick<AdminStore, 'appendAudit'>;
  readonly events: Pick<EventStore, 'tell'>;
  /** Tells the log. */
  readonly audit: (event: string, fields: Readonly<Record<string, string>>) => void;
};

/** Where a request came from. */
type StsOrigin = {
  /** As the operator's configuration keeps it. */
  readonly client: string;
  readonly requestId: string;
};

const hourSeconds = 3_600;
/**
 * Of one key on record, those that the audit log and the stream are told of: a flood by one key must not push out what else they
 * hold. The rest are in the list and in the log of the server.
 */
const maxReported = 1_000;
const roleArn = /^arn:aws[a-z-]{0,16}:iam::([\w+=,.@-]{0,128}):role\/([\w+=,.@/-]{1,512})$/;
const sessionName = /^[\w+=,.@-]{2,64}$/;

/**
 * Answers an action of STS (spec/sts.md). The credentials are what their token says; what is kept of them is on disk before they
 * are given out (STS-30).
 * @throws StsError
 */
export async function answerSts(
  parameters: StsParameters,
  caller: SignedCaller,
  origin: StsOrigin,
  tools: StsTools,
): Promise<StsTree> {
  switch (parameters.action) {
    case 'GetCallerIdentity':
      return describeCaller(caller);
    case 'GetSessionToken': {
      refuseMaker(caller);
      const lifeSeconds = parameters.durationSeconds(12 * hourSeconds);
      const asked = { role: undefined, name: undefined, policy: undefined, lifeSeconds };
      return { Credentials: (await issue(caller, asked, origin, tools)).shown };
    }
    case 'AssumeRole':
      return assumeRole(parameters, caller, origin, tools);
  }
}

/** STS-7. */
function describeCaller({ key, session }: SignedCaller): StsTree {
  const { account, accessKeyId } = key;
  const name = session === undefined || session.name === '' ? account.name : session.name;
  return {
    Arn: `arn:aws:iam::${accountNumber(account.id)}:user/${name}`,
    UserId: session?.accessKeyId ?? accessKeyId,
    Account: accountNumber(account.id),
  };
}

async function assumeRole(
  parameters: StsParameters,
  caller: SignedCaller,
  origin: StsOrigin,
  tools: StsTools,
): Promise<StsTree> {
  refuseMaker(caller);
  const arn = parameters.required('RoleArn', roleArn);
  const name = parameters.required('RoleSessionName', sessionName);
  const lifeSeconds = parameters.durationSeconds(hourSeconds);
  const [, account = '', role = ''] = roleArn.exec(arn) ?? [];
  const own = caller.key.account;
  const isTaken = account === '' || account === own.id || account === own.name || /^\d{12}$/.test(account);
  if (!isTaken) {
    throw denied(
      `The key ${caller.key.accessKeyId} is not authorized to perform sts:AssumeRole on another account's role.`,
    );
  }
  const policy = readPolicy(parameters.get('Policy'));
  const { accessKeyId, shown } = await issue(caller, { role, name, policy, lifeSeconds }, origin, tools);
  return {
    Credentials: shown,
    AssumedRoleUser: {
      AssumedRoleId: `${accessKeyId}:${name}`,
      Arn: `arn:aws:sts::${accountNumber(own.id)}:assumed-role/${role}/${name}`,
    },
    PackedPolicySize:
      policy === undefined ? undefined : String(Math.ceil((policy.length / maxSessionPolicyLength) * 100)),
  };
}

/** STS-20. @throws StsError MalformedPolicyDocument */
function readPolicy(policy: string | undefined): string | undefined {
  if (policy === undefined) return undefined;
  const read = parseSessionPolicy(policy);
  if (typeof read !== 'string') return policy;
  throw new StsError(400, 'MalformedPolicyDocument', `The policy is not one that this server evaluates: ${read}.`);
}

/** STS-6: who may not make temporary credentials. */
function refuseMaker({ key, session }: SignedCaller): void {
  if (session !== undefined) throw denied('Temporary credentials cannot make others.');
  if (isLinkOnly(key)) throw denied(`The key ${key.accessKeyId} is for presigned URLs alone.`);
}

/** What is asked for: a plain session has neither role, name nor policy. */
type Asked = Pick<NewTemporary, 'role' | 'name' | 'policy'> & { readonly lifeSeconds: number };

async function issue(
  { key, verified }: SignedCaller,
  asked: Asked,
  origin: StsOrigin,
  tools: StsTools,
): Promise<{ readonly accessKeyId: string; readonly shown: StsTree }> {
  const { tokens, clock, random, temporary } = tools;
  const signer = (await tools.readKey(key.accessKeyId))?.secrets[verified.secretAt];
  // Deleted or rotated away between its signature and here.
  if (signer === undefined)
    throw new StsError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  const accessKeyId = newAccessKeyId(random, sessionIdPrefix);
  const secret = newSecret(random);
  const issuedAtMs = clock.nowMs();
  // STS says its times in whole seconds, and so it ends when it says.
  const endsAtMs = (Math.floor(issuedAtMs / 1000) + asked.lifeSeconds) * 1000;
  const { role, name, policy } = asked;
  const token = tokens.seal(accessKeyId, {
    parent: key.accessKeyId,
    parentSerial: signer.serial,
    secret,
    endsAtMs,
    name: name ?? '',
    policy,
  });
  const issued: NewTemporary = {
    ...{ accessKeyId, role, name, policy, issuedAtMs, endsAtMs },
    tokenHash: hashOfToken(token),
    parent: key.accessKeyId,
    parentSerial: signer.serial,
    accountId: key.account.id,
    client: origin.client,
  };
  const held = await temporary.record(issued);
  if (held === 'full') throw tooMany(key.accessKeyId);
  await tell(issued, held, origin, tools);
  return {
    accessKeyId,
    shown: { AccessKeyId: accessKeyId, SecretAccessKey: secret, SessionToken: token, Expiration: endOf(issued) },
  };
}

/** Who asked, and for what: never the secret, nor the token. */
async function tell(issued: NewTemporary, held: number, { client, requestId }: StsOrigin, tools: StsTools) {
  const { accessKeyId, parent, accountId, issuedAtMs: atMs, name = '' } = issued;
  const event = 'session.created';
  const fields = { session: accessKeyId, name, until: endOf(issued) };
  tools.audit(event, { by: parent, ...fields });
  if (held > maxReported) return;
  const data = { accessKeyId: parent, temporary: accessKeyId, name, until: endOf(issued) };
  await Promise.all([
    tools.records.appendAudit([{ atMs, event, actor: parent, accountId, requestId, fields }]),
    tools.events.tell([
      { ...silentEvent(event, atMs, undefined), accountId, requestId, client, userAgent: parent, data },
    ]),
  ]);
}

/** `2026-11-24T10:15:00Z` */
function endOf({ endsAtMs }: NewTemporary): string {
  return `${new Date(endsAtMs).toISOString().slice(0, 19)}Z`;
}

/** STS-31. Not one that SDKs repeat by themselves: it holds until some have ended. */
function tooMany(accessKeyId: string): StsError {
  const text = `The key ${accessKeyId} has ${mostTemporary} temporary credentials that work: no more are made until some have ended.`;
  return new StsError(409, 'LimitExceeded', text);
}

function denied(message: string): StsError {
  return new StsError(403, 'AccessDenied', message);
}
