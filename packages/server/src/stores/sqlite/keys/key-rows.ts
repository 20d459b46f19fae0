import { limitsFromJson } from '@tidegate/presign/internal';
import type { Kept } from '../../keys/key-rights.ts';
import type { Governance, KeyRecord, KeyRights, KeyRole } from '../../keys/key-store.ts';
import { numberOf, optionalNumber, optionalText, type Row, textOf } from '../schema/rows.ts';

/** What a key is read from. */
export const keyColumns =
  'k.akid, k.account, k.changed, k.role, k.reach, k.governance, k.made_by, k.ceilings, k.note, k.created_ms, k.disabled_ms, k.sum, a.name, a.display_name';

/** A key without its bounds, which stand in other rows. */
export function recordOf(row: Row): KeyRecord {
  const { role, buckets, prefixes, governance, madeBy } = readStoredRights(row);
  return {
    accessKeyId: textOf(row, 'akid'),
    account: { id: textOf(row, 'account'), displayName: textOf(row, 'display_name'), name: textOf(row, 'name') },
    role,
    buckets,
    prefixes,
    note: optionalText(row, 'note'),
    createdAtMs: numberOf(row, 'created_ms'),
    disabledAtMs: optionalNumber(row, 'disabled_ms'),
    ...(governance !== undefined && { governance }),
    ...(madeBy !== undefined && { madeBy }),
  };
}

/** The rights of a row, and whom they hang on. */
export function readStoredRights(row: Row): Kept {
  const reach: unknown = JSON.parse(textOf(row, 'reach'));
  const governance = optionalText(row, 'governance');
  return {
    role: roleOf(textOf(row, 'role')),
    buckets: textsOf(reach, 'buckets'),
    prefixes: textsOf(reach, 'prefixes'),
    ...(governance !== undefined && { governance: readGovernance(governance) }),
    madeBy: optionalText(row, 'made_by'),
    ceilings: readCeilings(optionalText(row, 'ceilings')),
  };
}

/** Buckets and prefixes as one column. */
export function writeReach({ buckets, prefixes }: Pick<KeyRights, 'buckets' | 'prefixes'>): string {
  return JSON.stringify({ buckets, prefixes });
}

/** Governance as one column; null when there is none. */
export function writeGovernance(governance: Governance | undefined): string | null {
  return governance === undefined ? null : JSON.stringify(governance);
}

function readGovernance(text: string): Governance {
  const { defaults, caps, ...rest }: Governance = JSON.parse(text);
  return {
    ...rest,
    ...(defaults !== undefined && { defaults: limitsFromJson(JSON.stringify(defaults)) }),
    ...(caps !== undefined && { caps: limitsFromJson(JSON.stringify(caps)) }),
  };
}

type StoredCeiling = Omit<KeyRights, 'governance'> & { readonly governance: string | null };

/** Rights of makers that are gone as one column; null when there are none, which is usual. */
export function writeCeilings(ceilings: readonly KeyRights[]): string | null {
  if (ceilings.length === 0) return null;
  return JSON.stringify(
    ceilings.map(
      ({ role, buckets, prefixes, governance, policiesOf }): StoredCeiling => ({
        role,
        buckets,
        prefixes,
        governance: writeGovernance(governance),
        ...(policiesOf !== undefined && { policiesOf }),
      }),
    ),
  );
}

function readCeilings(text: string | undefined): readonly KeyRights[] {
  if (text === undefined) return [];
  const stored: readonly StoredCeiling[] = JSON.parse(text);
  return stored.map(({ role, buckets, prefixes, governance, policiesOf }) => ({
    role: roleOf(role),
    buckets,
    prefixes,
    ...(governance !== null && { governance: readGovernance(governance) }),
    ...(policiesOf !== undefined && { policiesOf }),
  }));
}

function roleOf(text: string): KeyRole {
  if (text === 'owner' || text === 'read' || text === 'write' || text === 'link-only') return text;
  throw new Error(`The metadata hold an unknown role: ${text}.`);
}

function textsOf(reach: unknown, name: 'buckets' | 'prefixes'): readonly string[] {
  const value: unknown = typeof reach === 'object' && reach !== null ? Reflect.get(reach, name) : undefined;
  if (Array.isArray(value) && value.every((text) => typeof text === 'string')) return value;
  throw new Error('The metadata hold a key whose reach is no list of texts.');
}
