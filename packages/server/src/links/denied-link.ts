import type { Reason } from '@tidegate/presign';
import { hintOf, type ReasonValues } from '@tidegate/presign/internal';
import { S3Error } from '@tidegate/protocol';

/** A refusal of a link, with what the caller may know of it (SIG-97). */
export function deniedLink(reason: Reason, known: ReasonValues): S3Error {
  return new S3Error({ code: 'AccessDenied', reason, hint: hintOf(reason, known) });
}
