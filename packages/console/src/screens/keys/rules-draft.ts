import type { Key, KeyLimits } from '@tidegate/presign/admin';
import type { Input } from '../../data/api.ts';
import { formatBytes } from '../../format.ts';

/** The rules of a key as they are filled in: text, and what is ticked. */
export type RulesDraft = {
  readonly maxExpiry: string;
  readonly operations: string;
  readonly capUses: string;
  readonly capRate: string;
  readonly capMaxBytes: string;
  readonly capIp: string;
  readonly capHttps: boolean;
  readonly defaultUses: string;
  readonly defaultGrace: string;
  readonly require: string;
  readonly requireV4: boolean;
  readonly registeredOnly: boolean;
};

export const noRules: RulesDraft = {
  maxExpiry: '',
  operations: '',
  capUses: '',
  capRate: '',
  capMaxBytes: '',
  capIp: '',
  capHttps: false,
  defaultUses: '',
  defaultGrace: '',
  require: '',
  requireV4: false,
  registeredOnly: false,
};

/** Limits that the form has fields for; others of a key stay as they are. */
const capFields = ['uses', 'rate', 'maxBytes', 'ip', 'https'] as const;
const defaultFields = ['uses', 'grace'] as const;

const unitsS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** Seconds as somebody would type them: `1d`. */
export function typedSpan(seconds: number): string {
  const [unit, size] = unitsS.find(([, one]) => seconds % one === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}

function typedBytes(bytes: number): string {
  const text = formatBytes(bytes).replace(' ', '').replace('.0', '');
  // Only what says the number exactly: a form that is saved again must change nothing.
  const [, value = '', unit = ''] = /^([\d.]+)(\w+)$/.exec(text) ?? [];
  const size = 1024 ** Math.max(0, ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit));
  return Number(value) * size === bytes ? text : String(bytes);
}

export function draftOf(governance: Key['governance']): RulesDraft {
  if (governance === null) return noRules;
  const { maxExpiry, operations, requireV4, registeredOnly, require, defaults, caps } = governance;
  const typed = (value: number | undefined): string => (value === undefined ? '' : String(value));
  return {
    maxExpiry: maxExpiry === null ? '' : typedSpan(maxExpiry),
    operations: operations?.join(', ') ?? '',
    capUses: typed(caps.uses),
    capRate: caps.rate === undefined ? '' : typedBytes(caps.rate),
    capMaxBytes: caps.maxBytes === undefined ? '' : typedBytes(caps.maxBytes),
    capIp: caps.ip?.join(', ') ?? '',
    capHttps: caps.https === true,
    defaultUses: typed(defaults.uses),
    defaultGrace: defaults.grace === undefined ? '' : typedSpan(defaults.grace),
    require: require.join(', '),
    requireV4,
    registeredOnly,
  };
}

type GovernanceAsked = NonNullable<Input<'changeKey'>['governance']>;

/** The draft as the API takes it; null takes a rule away. `kept`: what the form has no fields for. */
export function governanceOf(draft: RulesDraft, kept: Key['governance']): GovernanceAsked {
  const operations = listed(draft.operations);
  const require = listed(draft.require);
  const caps = {
    ...without(kept?.caps, capFields),
    ...(draft.capUses !== '' && { uses: Number(draft.capUses) }),
    ...(draft.capRate !== '' && { rate: draft.capRate }),
    ...(draft.capMaxBytes !== '' && { maxBytes: draft.capMaxBytes }),
    ...(draft.capIp !== '' && { ip: [...listed(draft.capIp)] }),
    ...(draft.capHttps && { https: true as const }),
  };
  const defaults = {
    ...without(kept?.defaults, defaultFields),
    ...(draft.defaultUses !== '' && { uses: Number(draft.defaultUses) }),
    ...(draft.defaultGrace !== '' && { grace: draft.defaultGrace }),
  };
  return {
    maxExpiry: draft.maxExpiry === '' ? null : draft.maxExpiry,
    operations: operations.length === 0 ? null : [...operations],
    // Sound: the server refuses a name that it does not know, and says so beside the field.
    require: require.length === 0 ? null : ([...require] as NonNullable<GovernanceAsked['require']>),
    requireV4: draft.requireV4 ? true : null,
    registeredOnly: draft.registeredOnly ? true : null,
    caps: Object.keys(caps).length === 0 ? null : caps,
    defaults: Object.keys(defaults).length === 0 ? null : defaults,
  };
}

function without(limits: KeyLimits | undefined, names: readonly (keyof KeyLimits)[]): KeyLimits {
  return Object.fromEntries(Object.entries(limits ?? {}).filter(([name]) => !names.some((one) => one === name)));
}

/** `a, b` as a list. */
export function listed(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** The form as the summary sentence shows it; unreadable fields are left out. */
export function previewOf(draft: RulesDraft): NonNullable<Key['governance']> {
  const uses = countOf(draft.capUses);
  const usual = countOf(draft.defaultUses);
  const [rate, maxBytes, grace] = [bytesOf(draft.capRate), bytesOf(draft.capMaxBytes), spanOf(draft.defaultGrace)];
  const operations = listed(draft.operations);
  return {
    maxExpiry: spanOf(draft.maxExpiry) ?? null,
    operations: operations.length === 0 ? null : [...operations],
    requireV4: draft.requireV4,
    registeredOnly: draft.registeredOnly,
    // Sound: shown only.
    require: [...listed(draft.require)] as NonNullable<Key['governance']>['require'],
    defaults: { ...(usual !== undefined && { uses: usual }), ...(grace !== undefined && { grace }) },
    caps: {
      ...(uses !== undefined && { uses }),
      ...(rate !== undefined && { rate }),
      ...(maxBytes !== undefined && { maxBytes }),
      ...(draft.capIp !== '' && { ip: [...listed(draft.capIp)] }),
      ...(draft.capHttps && { https: true }),
    },
  };
}

function countOf(text: string): number | undefined {
  return /^[1-9]\d{0,6}$/.test(text.trim()) ? Number(text) : undefined;
}

function spanOf(text: string): number | undefined {
  const [, count, unit = 's'] = /^(\d{1,7})\s*(s|m|h|d|w)?$/.exec(text.trim()) ?? [];
  const size = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit];
  return count === undefined || size === undefined ? undefined : Number(count) * size;
}

function bytesOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)$/i.exec(text.trim()) ?? [];
  if (count === undefined) return undefined;
  const base = /i/i.test(unit) ? 1024 : 1000;
  const power = unit === '' ? 0 : ['b', 'k', 'm', 'g', 't'].indexOf(unit.charAt(0).toLowerCase());
  return Math.round(Number(count) * base ** Math.max(0, power));
}
