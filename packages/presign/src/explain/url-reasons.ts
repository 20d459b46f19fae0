import type { LimitFault } from '../limits/limits.ts';
import type { FilledReason, ReasonEntry, ReasonValues } from './reasons.ts';

/** The reasons that the text of a URL alone can give: `inspect` tells these, and a bundle with it alone holds no others. */

/** A reason without its anchor, where that is its id with hyphens. */
export type Row = Omit<ReasonEntry, 'docs'> & { readonly docs?: string };

const badLimit = {
  status: 400,
  code: 'InvalidArgument',
  title: 'Invalid limit',
  text: '{name}: {why}.',
} as const;

/** Their ids. */
export type UrlReason =
  | LimitFault['reason']
  | 'LinkLimitUnsigned'
  | 'AmpEscaped'
  | 'SignatureTruncated'
  | 'AuthMalformed';

/** A part of the table of reasons, which has the places of these in its order. */
export const urlReasons: { readonly [id in UrlReason]: Row } = {
  LinkLimitUnknown: { ...badLimit, fix: 'Correct its name and sign again.' },
  LinkLimitDuplicate: { ...badLimit, fix: 'Give it once and sign again.' },
  LinkLimitMalformed: { ...badLimit, fix: 'Correct its value and sign again.' },
  LinkLimitUnsigned: {
    ...badLimit,
    fix: "Sign with SigV4 (`signature_version='s3v4'`).",
  },
  AmpEscaped: {
    status: 400,
    code: 'AuthorizationQueryParametersError',
    title: '`&amp;` instead of `&`',
    text: 'It was copied out of HTML source.',
    fix: 'Replace `&amp;` with `&`.',
    cause: 'amp-escaped',
  },
  SignatureTruncated: {
    status: 403,
    code: 'SignatureDoesNotMatch',
    title: 'Part of the address is missing',
    text: 'The signature has {n} of 64 digits.',
    fix: 'Copy the whole URL; in a shell, put it in single quotes.',
    cause: 'signature-truncated',
  },
  AuthMalformed: {
    status: 400,
    code: 'AuthorizationQueryParametersError',
    title: 'Not a valid signed URL',
    text: '{message}.',
    fix: 'Sign it again; copy the whole URL.',
    cause: 'malformed',
  },
};

/** Title, text and fix with their values filled in. A part that lacks a value, or has a hidden one, is empty. */
export function fillEntry(entry: Row, values: ReasonValues, hidden: readonly string[] = []): FilledReason {
  return { title: entry.title, text: fill(entry.text, values, hidden), fix: fill(entry.fix, values, hidden) };
}

function fill(template: string, values: ReasonValues, hidden: readonly string[]): string {
  let complete = true;
  const text = template.replace(/\{([a-z]+)\}/g, (_, name: string) => {
    const value = hidden.includes(name) || !Object.hasOwn(values, name) ? undefined : values[name];
    if (value === undefined) complete = false;
    return value ?? '';
  });
  // A message of an error may end in its own full stop.
  return complete ? text.replace(/\.\.$/, '.') : '';
}
