import { type Duration, describeSeconds, durationSeconds, maxExpiresSeconds } from '../values/duration.ts';
import { fail } from '../values/presign-error.ts';
import type { CommonOptions } from './options.ts';

/** When a link begins and how long it lives, in whole seconds. */
export type Lifetime = readonly [signedAtSeconds: number, expiresInSeconds: number, endsAtMs: number];

/** 15 minutes. */
const defaultExpires = 900;
/** 1970 to the end of the year 9999: what eight digits can say. */
const lastSecond = 253_402_300_799;
const expires = 'expiresIn';

/** @throws PresignError DateInvalid */
export function wholeSeconds(name: string, at: Date | number): number {
  const seconds = Math.floor(Number(at) / 1000);
  if (!(seconds >= 0 && seconds <= lastSecond)) fail('DateInvalid', `${name} is not a time from 1970 to 9999.`, name);
  return seconds;
}

function checkRange(option: string, seconds: number): void {
  if (seconds < 1 || seconds > maxExpiresSeconds)
    fail(
      'ExpiryOutOfRange',
      `${option} is ${describeSeconds(seconds)}; a presigned URL can be valid for 1 s to 7 d.`,
      option,
      "`'max'` is 7 d. For longer, make a share.",
    );
}

/**
 * SIG-111: 1 s to 7 d, never past the expiration of temporary credentials. `nowMs` is called only if no signing time is given.
 * @throws PresignError ExpiryOutOfRange, DurationInvalid, DateInvalid, CredentialsEndSooner
 */
export function readLifetime(
  { at, expiresIn, stable }: Pick<CommonOptions, 'at' | 'expiresIn' | 'stable'>,
  byDefault: Duration | undefined,
  endsAtMs: number,
  nowMs: () => Date | number,
): Lifetime {
  const wanted = expiresIn ?? byDefault ?? defaultExpires;
  let signedAtSeconds = wholeSeconds('at', at ?? nowMs());
  let seconds = durationSeconds(expires, wanted);
  checkRange(expires, seconds);
  if (stable !== undefined) {
    const window = durationSeconds('stable', stable);
    checkRange('stable', window);
    signedAtSeconds -= signedAtSeconds % window;
    if (wanted !== 'max') seconds += window;
    checkRange('expiresIn + stable', seconds);
  }
  const left = Math.floor(endsAtMs / 1000) - signedAtSeconds;
  if (seconds > left) {
    if (wanted !== 'max' || left < 1) {
      const end = new Date(endsAtMs).toISOString().slice(11, 19);
      fail(
        'CredentialsEndSooner',
        `The credentials end at ${end}Z, in ${describeSeconds(left)}; the link should be valid for ${describeSeconds(seconds)}.`,
        expires,
        "Use a shorter `expiresIn`, or `expiresIn: 'max'` for as long as they are valid.",
      );
    }
    seconds = left;
  }
  return [signedAtSeconds, seconds, (signedAtSeconds + seconds) * 1000];
}
