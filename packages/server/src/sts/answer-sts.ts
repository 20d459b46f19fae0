import type { SignedCaller } from '../auth/caller.ts';
import { maxSessionPolicyLength, parseSessionPolicy } from '../policy/session-policy.ts';
import { allRights } from '../stores/key-rights.ts';
import type { KeyRecord, KeyWithSecret } from '../stores/key-store.ts';
import { newAccessKeyId, newSecret, sessionIdPrefix } from '../stores/new-credentials.ts';
import type { Clock } from '../world/clock.ts';
import type { Random } from '../world/random.ts';
import type { SessionTokens } from './session-tokens.ts';
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
  /** Tells the audit log. */
  readonly audit: (event: string, fields: Readonly<Record<string, string>>) => void;
};

const hourSeconds = 3_600;
const roleArn = /^arn:aws[a-z-]{0,16}:iam::([\w+=,.@-]{0,128}):role\/([\w+=,.@/-]{1,512})$/;
const sessionName = /^[\w+=,.@-]{2,64}$/;

/**
 * Answers an action of STS (spec/sts.md). Nothing is kept: the credentials are what their token says.
 * @throws StsError
 */
export async function answerSts(parameters: StsParameters, caller: SignedCaller, tools: StsTools): Promise<StsTree> {
  switch (parameters.action) {
    case 'GetCallerIdentity':
      return describeCaller(caller);
    case 'GetSessionToken': {
      refuseMaker(caller);
      const lifeSeconds = parameters.durationSeconds(12 * hourSeconds);
      return { Credentials: (await issue(caller, { name: '', policy: undefined, lifeSeconds }, tools)).shown };
    }
    case 'AssumeRole':
      return assumeRole(parameters, caller, tools);
  }
}

/** STS-7. */
function describeCaller({ key, session }: SignedCaller): StsTree {
  const { account, accessKeyId } = key;
  const name = session === undefined || session.name === '' ? account.name : session.name;
  return {
    Arn: `arn:aws:iam::${account.id}:user/${name}`,
    UserId: session?.accessKeyId ?? accessKeyId,
    Account: account.id,
  };
}

async function assumeRole(parameters: StsParameters, caller: SignedCaller, tools: StsTools): Promise<StsTree> {
  refuseMaker(caller);
  const arn = parameters.required('RoleArn', roleArn);
  const name = parameters.required('RoleSessionName', sessionName);
  const lifeSeconds = parameters.durationSeconds(hourSeconds);
  const [, account = '', role = ''] = roleArn.exec(arn) ?? [];
  const own = caller.key.account;
  if (account !== '' && account !== own.id && account !== own.name) {
    throw denied(
      `The key ${caller.key.accessKeyId} is not authorized to perform sts:AssumeRole on another account's role.`,
    );
  }
  const policy = readPolicy(parameters.get('Policy'));
  const { accessKeyId, shown } = await issue(caller, { name, policy, lifeSeconds }, tools);
  return {
    Credentials: shown,
    AssumedRoleUser: {
      AssumedRoleId: `${accessKeyId}:${name}`,
      Arn: `arn:aws:sts::${own.id}:assumed-role/${role}/${name}`,
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

function isLinkOnly(key: KeyRecord): boolean {
  return allRights(key).some(({ role }) => role === 'link-only');
}

async function issue(
  { key, verified }: SignedCaller,
  asked: { readonly name: string; readonly policy: string | undefined; readonly lifeSeconds: number },
  { tokens, clock, random, readKey, audit }: StsTools,
): Promise<{ readonly accessKeyId: string; readonly shown: StsTree }> {
  const signer = (await readKey(key.accessKeyId))?.secrets[verified.secretAt];
  // Deleted or rotated away between its signature and here.
  if (signer === undefined)
    throw new StsError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  const accessKeyId = newAccessKeyId(random, sessionIdPrefix);
  const secret = newSecret(random);
  // STS says its times in whole seconds, and so it ends when it says.
  const endsAtMs = (Math.floor(clock.nowMs() / 1000) + asked.lifeSeconds) * 1000;
  const token = tokens.seal(accessKeyId, {
    parent: key.accessKeyId,
    parentSerial: signer.serial,
    secret,
    endsAtMs,
    name: asked.name,
    policy: asked.policy,
  });
  const expiration = `${new Date(endsAtMs).toISOString().slice(0, 19)}Z`;
  audit('session.created', { by: key.accessKeyId, session: accessKeyId, name: asked.name, until: expiration });
  return {
    accessKeyId,
    shown: { AccessKeyId: accessKeyId, SecretAccessKey: secret, SessionToken: token, Expiration: expiration },
  };
}

function denied(message: string): StsError {
  return new StsError(403, 'AccessDenied', message);
}
