import { type LimitName, limitMeanings, limitRows } from '@tidegate/presign/internal';
import type { Input } from '../../data/api.ts';
import { formatMoment, plural, type Zone } from '../../format.ts';
import { type AskedLimits, askedLimits, type LimitTexts, limitNames } from '../../limit-texts.ts';

export type NewKind = 'share' | 'link' | 'upload' | 'request';

/** What is being filled in, as text. */
export type Draft = {
  readonly kind: NewKind;
  /** `bucket/key`; of a request `bucket/prefix`. */
  readonly what: string;
  /** `1h`, `7d`, `never`. */
  readonly ends: string;
  readonly limits: LimitTexts;
  readonly password: string;
  readonly note: string;
  readonly title: string;
};

/** Asked for in a place of their own, or by the target. */
const askedElsewhere: ReadonlySet<LimitName> = new Set(['id', 'uses', 'confirm', 'grant', 'zip']);

/** The limits that a link of this kind may have, but those that are asked for in a place of their own. */
export function limitsFor(kind: NewKind): readonly LimitName[] {
  const isFor = (name: LimitName): boolean =>
    kind === 'share' || kind === 'request'
      ? limitMeanings[name].carriers.includes(kind)
      : limitRows[name].methods.includes(kind === 'upload' ? 'PUT' : 'GET');
  return limitNames.filter((name) => !askedElsewhere.has(name) && isFor(name));
}

/** The longest life of a presigned URL. */
export const presignedMostS = 7 * 86_400;

const unitsS: Readonly<Record<string, number>> = { s: 1, min: 60, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of `36h`, `7 d`; undefined for never, NaN for what is no time. */
export function lifeSeconds(text: string): number | undefined {
  if (text === 'never') return undefined;
  const [, count = '', unit = ''] = /^(\d{1,6})\s*(s|min|m|h|d|w)$/.exec(text.trim()) ?? [];
  return count === '' ? Number.NaN : Number(count) * (unitsS[unit] ?? Number.NaN);
}

/** What is wrong, by the field. */
export type DraftFaults = Readonly<Partial<Record<'what' | 'ends' | LimitName, string>>>;

/** Bucket and the rest of `bucket/key`. */
function placeOf(what: string): { readonly bucket: string; readonly key: string } {
  const [bucket = '', key = ''] = what.replace(/^s3:\/\//, '').split(/\/(.*)/s);
  return { bucket: bucket.trim(), key };
}

/** What the page can tell before the server does. */
export function faultsOf(draft: Draft): DraftFaults {
  const { bucket, key } = placeOf(draft.what);
  const life = lifeSeconds(draft.ends);
  const faults: Record<string, string> = {};
  if (bucket === '' || (key === '' && draft.kind !== 'request'))
    faults['what'] = 'Enter a bucket and key, such as reports/q3.pdf.';
  if (Number.isNaN(life)) faults['ends'] = 'Enter a duration such as 36h or 10d.';
  const isSigned = draft.kind === 'link' || draft.kind === 'upload';
  if (isSigned && (life === undefined || life > presignedMostS))
    faults['ends'] = 'A presigned URL is valid for at most 7 days.';
  if (!/^(?:[1-9]\d{0,6})?$/.test(draft.limits.uses ?? '')) faults['uses'] = 'Enter a whole number.';
  return faults;
}

/** The limits that are asked for: those that mean something for this kind. */
function limitsOf({ kind, limits }: Draft): AskedLimits {
  const more = { share: ['uses', 'confirm'], link: ['uses', 'confirm'], upload: ['uses'], request: [] } as const;
  return askedLimits(limits, [...more[kind], ...limitsFor(kind)]);
}

/** The draft as the API takes it. */
export function shareInput(draft: Draft): Input<'createShare'> {
  const { bucket, key } = placeOf(draft.what);
  const limits = limitsOf(draft);
  const life = lifeSeconds(draft.ends);
  return {
    bucket,
    ...(key.endsWith('/') ? { prefix: key } : { key }),
    ...(life === undefined ? { expiresAt: null } : { expiresIn: life }),
    ...(draft.password !== '' && { password: draft.password }),
    ...(draft.title !== '' && { title: draft.title }),
    ...(draft.note !== '' && { note: draft.note }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

export function requestInput(draft: Draft): Input<'createRequest'> {
  const { uses = '' } = draft.limits;
  const { bucket, key } = placeOf(draft.what);
  const limits = limitsOf(draft);
  const life = lifeSeconds(draft.ends);
  return {
    bucket,
    ...(key !== '' && { prefix: key.endsWith('/') ? key : `${key}/` }),
    ...(life === undefined ? { expiresAt: null } : { expiresIn: life }),
    ...(uses !== '' && { maxFiles: Number(uses) }),
    ...(draft.password !== '' && { password: draft.password }),
    ...(draft.title !== '' && { title: draft.title }),
    ...(draft.note !== '' && { note: draft.note }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

export function presignInput(draft: Draft): Input<'presignLink'> {
  const { bucket, key } = placeOf(draft.what);
  const limits = limitsOf(draft);
  return {
    method: draft.kind === 'upload' ? 'PUT' : 'GET',
    bucket,
    key,
    expiresIn: lifeSeconds(draft.ends) ?? presignedMostS,
    ...(draft.note !== '' && { note: draft.note }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

/** The sentence at the foot: what whoever has the link can do. */
export function sentenceOf(draft: Draft, nowMs: number, zone: Zone): string {
  const { bucket, key } = placeOf(draft.what);
  const name = key.replace(/\/$/, '').split('/').at(-1) || bucket || 'it';
  const life = lifeSeconds(draft.ends);
  const { uses = '', ip = '', maxBytes = '' } = draft.limits;
  const until =
    life === undefined || Number.isNaN(life) ? 'for ever' : `until ${formatMoment(nowMs + life * 1000, nowMs, zone)}`;
  const times = uses === '' ? '' : uses === '1' ? ' once' : ` ${plural(Number(uses), 'time')}`;
  const who =
    draft.password === '' || draft.kind === 'link' || draft.kind === 'upload'
      ? 'Anyone with the link'
      : 'Anyone with the link and the password';
  const from = ip.trim() === '' ? '' : `, from ${ip.trim()} only`;
  const limit = maxBytes.trim() === '' ? '' : ` of at most ${maxBytes.trim()}`;
  switch (draft.kind) {
    case 'request': {
      const files = uses === '' ? 'files' : plural(Number(uses), 'file');
      return `${who} can send ${files}${limit === '' ? '' : `${limit} each`} into ${bucket}/${key}, ${until}${from}.`;
    }
    case 'upload':
      return `${who} can put ${name}${limit}${times}, ${until}${from}.`;
    default:
      return `${who} can download ${key.endsWith('/') ? `everything under ${name}` : name}${times}, ${until}${from}.`;
  }
}
