import { isoTime, refusal } from '@tidegate/protocol';
import type { ObjectLock, Retention } from '../../stores/objects/object-lock.ts';
import { type Access, fromHead, gated, header, type RequestHead, type Target } from '../operation.ts';
import { flag, invalidArgument } from './parameters.ts';

const lockFields = fromHead((head): ObjectLock => {
  const legalHold = head.header('x-amz-object-lock-legal-hold');
  if (legalHold !== undefined && legalHold !== 'ON' && legalHold !== 'OFF') {
    throw invalidArgument('x-amz-object-lock-legal-hold', legalHold, 'Legal Hold must be either of ON or OFF');
  }
  return { retention: readRetention(head), legalHold };
});

/** `x-amz-object-lock-mode`, `-retain-until-date` and `-legal-hold` of a write. @throws S3Error InvalidArgument, InvalidRequest */
export const lockHeaders = gated(lockFields, (lock) => ({ lock }));

function readRetention(head: RequestHead): Retention | undefined {
  const mode = head.header('x-amz-object-lock-mode');
  const until = head.header('x-amz-object-lock-retain-until-date');
  if (mode === undefined && until === undefined) return undefined;
  if (mode === undefined || until === undefined) {
    const message = 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied';
    throw invalidArgument(
      mode === undefined ? 'x-amz-object-lock-mode' : 'x-amz-object-lock-retain-until-date',
      undefined,
      message,
    );
  }
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw invalidArgument('x-amz-object-lock-mode', mode, 'Unknown wormMode directive.');
  }
  const untilMs = isoTime.parse(until);
  if (untilMs === undefined) {
    const message = 'The retain until date must be provided in ISO 8601 format';
    throw invalidArgument('x-amz-object-lock-retain-until-date', until, message);
  }
  return { mode, untilMs };
}

/** A retention that is over before it begins protects nothing, and nobody means that. @throws S3Error InvalidArgument */
export function checkRetention(retention: Retention | undefined, nowMs: number): void {
  if (retention === undefined || retention.untilMs > nowMs) return;
  throw refusal(
    'InvalidArgument',
    { ArgumentName: 'RetainUntilDate' },
    undefined,
    'The retain until date must be in the future!',
  );
}

/** `x-amz-bypass-governance-retention`. */
export const bypassGovernance = header('x-amz-bypass-governance-retention', flag);

/** A write that locks needs the rights to lock too (AWS: PutObject, permissions). */
export function lockAccess({ retention, legalHold }: ObjectLock, { bucket, key }: Target): readonly Access[] {
  return [
    ...(retention === undefined ? [] : [{ action: 's3:PutObjectRetention', bucket, key }]),
    ...(legalHold === undefined ? [] : [{ action: 's3:PutObjectLegalHold', bucket, key }]),
  ];
}
