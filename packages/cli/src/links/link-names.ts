import { fingerprint } from '@tidegate/presign';
import { fingerprintOf } from '@tidegate/presign/internal';
import { wrongUse } from '../core/errors.ts';
import { cutUrlHint } from '../core/target.ts';

/**
 * The name of a link: as it was given, or of a pasted URL. Nothing is asked: a name is made of what the URL says.
 * @throws CliError when it is neither
 */
export function linkName(argument: string): string {
  if (/^(?:lk|sh|rq)_[a-z2-7]{16}$/.test(argument)) return argument;
  if (!/^https?:\/\//i.test(argument)) {
    throw wrongUse(`"${argument}" is not a link.`, 'Write  lk_…,  sh_…,  rq_…,  or a URL in single quotes.');
  }
  const share = /^https?:\/\/[^/]+(?:\/[^?#]*)?\/s\/([A-Za-z0-9]{22})(?:[/?#]|$)/.exec(argument)?.[1];
  if (share !== undefined) return fingerprintOf(share).replace('lk_', 'sh_');
  const hint = cutUrlHint(argument);
  if (hint !== undefined) throw wrongUse(hint);
  const name = fingerprint(argument);
  if (name === undefined) throw wrongUse('The URL has no signature, so it is not a presigned link.');
  return name;
}

/** Whether the argument is a URL rather than a name. */
export function isUrl(argument: string): boolean {
  return /^https?:\/\//i.test(argument);
}
