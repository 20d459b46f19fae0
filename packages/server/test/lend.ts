import { signHeaders } from '@tidegate/presign';
import { sha256Hex } from '@tidegate/presign/internal';

/** A key, or temporary credentials. */
export type SigningCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** Temporary credentials as STS gave them out. */
export type LentCredentials = Required<SigningCredentials> & { readonly expiration: string };

/** Asks STS. @returns what gives the text of a member of its answer, empty for none */
export async function askSts(
  endpoint: string,
  credentials: SigningCredentials,
  parameters: Readonly<Record<string, string>>,
  at = new Date(),
): Promise<(name: string) => string> {
  const url = `${endpoint}/`;
  const body = new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const signing = { method: 'POST', url, headers: type, payloadHash: sha256Hex(body), region: 'us-east-1' };
  const headers = signHeaders({ ...signing, credentials, service: 'sts', at });
  delete headers['host'];
  const text = await (await fetch(url, { method: 'POST', headers, body })).text();
  return (name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
}

/** Temporary credentials of a key: a role where one is named, else a plain session. */
export async function lend(
  endpoint: string,
  credentials: SigningCredentials,
  more: Readonly<Record<string, string>> = {},
  at = new Date(),
): Promise<LentCredentials> {
  const action = more['RoleArn'] === undefined ? 'GetSessionToken' : 'AssumeRole';
  const member = await askSts(endpoint, credentials, { Action: action, ...more }, at);
  if (member('AccessKeyId') === '') throw new Error(`${member('Code')}: ${member('Message')}`);
  return {
    accessKeyId: member('AccessKeyId'),
    secretAccessKey: member('SecretAccessKey'),
    sessionToken: member('SessionToken'),
    expiration: member('Expiration'),
  };
}
