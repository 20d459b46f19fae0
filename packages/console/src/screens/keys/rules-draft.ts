import { PresignError } from '@tidegate/presign';
import type { Key } from '@tidegate/presign/admin';
import { durationSeconds, type LimitName, limitMeanings } from '@tidegate/presign/internal';
import type { Input } from '../../data/api.ts';
import {
  askedLimits,
  type LimitTexts,
  limitNames,
  listed,
  readTexts,
  typedLimits,
  typedSpan,
} from '../../limit-texts.ts';

/** The rules of a key as they are filled in: text, and what is ticked. */
export type RulesDraft = {
  readonly maxExpiry: string;
  readonly operations: string;
  readonly caps: LimitTexts;
  readonly defaults: LimitTexts;
  readonly require: string;
  readonly requireV4: boolean;
  readonly registeredOnly: boolean;
};

export const noRules: RulesDraft = {
  maxExpiry: '',
  operations: '',
  caps: {},
  defaults: {},
  require: '',
  requireV4: false,
  registeredOnly: false,
};

/** Limits that a key lays on its links. */
export const keyLimits: readonly LimitName[] = limitNames.filter((name) =>
  limitMeanings[name].carriers.includes('key'),
);

export function draftOf(governance: Key['governance']): RulesDraft {
  if (governance === null) return noRules;
  const { maxExpiry, operations, requireV4, registeredOnly, require, defaults, caps } = governance;
  return {
    maxExpiry: maxExpiry === null ? '' : typedSpan(maxExpiry),
    operations: operations?.join(', ') ?? '',
    caps: typedLimits(caps),
    defaults: typedLimits(defaults),
    require: require.join(', '),
    requireV4,
    registeredOnly,
  };
}

type GovernanceAsked = NonNullable<Input<'changeKey'>['governance']>;

/** The draft as the API takes it; null takes a rule away. */
export function governanceOf(draft: RulesDraft): GovernanceAsked {
  const operations = listed(draft.operations);
  const require = listed(draft.require);
  const caps = askedLimits(draft.caps);
  const defaults = askedLimits(draft.defaults);
  return {
    maxExpiry: draft.maxExpiry === '' ? null : draft.maxExpiry,
    operations: operations.length === 0 ? null : operations,
    // Sound: the server refuses a name that it does not know, and says so beside the field.
    require: require.length === 0 ? null : (require as NonNullable<GovernanceAsked['require']>),
    requireV4: draft.requireV4 ? true : null,
    registeredOnly: draft.registeredOnly ? true : null,
    caps: Object.keys(caps).length === 0 ? null : caps,
    defaults: Object.keys(defaults).length === 0 ? null : defaults,
  };
}

/** The form as the summary sentence shows it; unreadable fields are left out. */
export function previewOf(draft: RulesDraft): NonNullable<Key['governance']> {
  const operations = listed(draft.operations);
  return {
    maxExpiry: readSpan(draft.maxExpiry),
    operations: operations.length === 0 ? null : operations,
    requireV4: draft.requireV4,
    registeredOnly: draft.registeredOnly,
    // Sound: shown only.
    require: listed(draft.require) as NonNullable<Key['governance']>['require'],
    defaults: shown(draft.defaults),
    caps: shown(draft.caps),
  };
}

function shown(texts: LimitTexts): NonNullable<Key['governance']>['caps'] {
  return JSON.parse(JSON.stringify(readTexts(texts)));
}

function readSpan(text: string): number | null {
  try {
    return durationSeconds('', /^\d+$/.test(text) ? `${Number(text)}s` : text);
  } catch (error) {
    if (error instanceof PresignError) return null;
    throw error;
  }
}
