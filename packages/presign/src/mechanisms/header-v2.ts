import type { Attempt, Claim, Context, Finding, Opening, Settled } from '../verify/opening.ts';
import { type Refusal, refuse } from '../verify/refusal.ts';
import { dateFault, requestDate, skewFault } from './header-v4.ts';
import { settleV2Payload, switchedOff, uncoveredFault } from './query-v2.ts';
import { unsignedLimit } from './settle.ts';
import { createV2Attempts } from './v2-attempts.ts';

/** SigV2 in the Authorization header, `AWS <key>:<signature>` (SIG-59). */

const checks = ['form', 'time'] as const;
const noHeaders: readonly string[] = [];

/** Opens a request whose Authorization header has the scheme `AWS`; `authorization` is what follows that and the space. */
export function openHeaderV2(context: Context, authorization: string): Opening {
  const colon = authorization.lastIndexOf(':');
  const accessKeyId = authorization.slice(0, Math.max(0, colon)).trim();
  const signature = colon === -1 ? '' : authorization.slice(colon + 1).trim();
  const date = requestDate(context);
  const { settings, target, raw } = context;

  const find = (check: string): Finding => {
    switch (check) {
      case 'form':
        return (
          switchedOff(settings.sigv2) ??
          (accessKeyId === '' || signature === '' ? shapeFault() : undefined) ??
          (date === undefined ? dateFault() : 'pass')
        );
      case 'time':
        return date === undefined ? 'unknown' : (skewFault(date, settings.nowMs) ?? 'pass');
      default:
        return 'unknown';
    }
  };

  const claim = (): Claim => ({
    version: 'v2',
    accessKeyId,
    token: context.view.header('x-amz-security-token'),
    signature,
    signedAtMs: date?.ms,
    signedHeaders: noHeaders,
    attempts: createV2Attempts(context, {
      // With x-amz-date the line of the date is empty: that header stands among the x-amz lines.
      date: date?.header === 'date' ? date.text : '',
      methods: [raw.method],
    }),
    settle: (_: Attempt): Refusal | Settled =>
      uncoveredFault(context) ??
      unsignedLimit(target.query, 'limits are for presigned URLs; this request is signed in its header') ??
      settleV2Payload(context),
  });

  return { mechanism: 'sigv2-header', checks, find, claim };
}

function shapeFault(): Refusal {
  return refuse({
    check: 'form',
    code: 'InvalidArgument',
    message: 'AWS authorization header is invalid.  Expected AwsAccessKeyId:signature',
  });
}
