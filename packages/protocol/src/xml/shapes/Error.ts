import type { S3Error } from '../../errors/s3-error.ts';
import { escapeXml } from '../escape.ts';
import { xmlDeclaration } from '../write.ts';

/** What an error answer says beside the refusal itself. */
export type ErrorContext = {
  /** The path that was asked for, as the caller sent it, without the query: it may hold a signature. */
  readonly resource?: string | undefined;
  readonly requestId: string;
  /** S3's second id of a request; written when there is one. */
  readonly hostId?: string | undefined;
};

/**
 * Writes the error document of a refusal (WIRE-24): Code, Message, the members of the code, Resource, RequestId,
 * HostId, then Reason and Hint (SIG-97). No namespace, as S3 writes it. Always well-formed, whatever the members hold
 * (SEC-431).
 */
export function writeErrorDocument(refused: S3Error, context: ErrorContext): string {
  let members = member('Code', refused.code) + member('Message', refused.message);
  for (const [name, value] of Object.entries(refused.fields)) members += member(name, String(value));
  members += optionalMember('Resource', context.resource);
  members += member('RequestId', context.requestId);
  members += optionalMember('HostId', context.hostId);
  members += optionalMember('Reason', refused.reason);
  members += optionalMember('Hint', refused.hint);
  return `${xmlDeclaration}<Error>${members}</Error>`;
}

function optionalMember(name: string, value: string | undefined): string {
  return value === undefined ? '' : member(name, value);
}

function member(name: string, value: string): string {
  return `<${name}>${escapeXml(value, 'replace')}</${name}>`;
}
