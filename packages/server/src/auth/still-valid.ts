import { hintOf } from '@tidegate/presign/internal';
import { refusal, S3Error } from '@tidegate/protocol';
import type { Clock } from '../world/clock.ts';
import type { Authenticated } from './authenticate.ts';

/**
 * A signature is compared with the machine's own time, as its signer does. What this server has once seen expire stays expired,
 * also when that time was set back since (REL-16).
 * @throws S3Error as for what has expired by the machine's time
 */
export function refuseExpired({ caller }: Pick<Authenticated, 'caller'>, clock: Clock): void {
  if (caller.kind === 'anonymous' || clock.wallMs === undefined) return;
  const { verified, session, presigned } = caller;
  const { expiresAt, policy } = verified;
  const nowMs = clock.nowMs();
  if (session !== undefined && nowMs >= session.endsAtMs) {
    throw refusal('ExpiredToken', { 'Token-0': session.token }, 'ExpiredToken');
  }
  if (!presigned || expiresAt === undefined || nowMs <= expiresAt.getTime()) return;
  throw new S3Error({
    code: 'AccessDenied',
    message: policy === undefined ? 'Request has expired' : 'Invalid according to Policy: Policy expired.',
    reason: 'LinkExpired',
    hint: hintOf('LinkExpired', { when: isoSeconds(expiresAt.getTime()) }),
    fields: { Expires: isoSeconds(expiresAt.getTime()), ServerTime: isoSeconds(nowMs) },
  });
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
