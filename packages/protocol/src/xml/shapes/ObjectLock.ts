import { enumeration, field, integer, isoTime, object, optional, type ValueOf } from '../shape.ts';

const mode = enumeration(['GOVERNANCE', 'COMPLIANCE']);
/** Any number is read, so that one below 1 can be refused as what it is. */
const period = integer({ min: -2_147_483_648, max: 2_147_483_647 });

/** Object lock of a bucket. Source: AWS API reference, PutObjectLockConfiguration. */
export const ObjectLockConfiguration = object({
  enabled: optional('ObjectLockEnabled', enumeration(['Enabled'])),
  rule: optional(
    'Rule',
    object({
      defaultRetention: field(
        'DefaultRetention',
        object({ mode: field('Mode', mode), days: optional('Days', period), years: optional('Years', period) }),
      ),
    }),
  ),
});
export type ObjectLockConfiguration = ValueOf<typeof ObjectLockConfiguration>;

/** Retention of a version; empty: none. Source: AWS API reference, PutObjectRetention. */
export const Retention = object({
  mode: optional('Mode', mode),
  untilMs: optional('RetainUntilDate', isoTime),
});
export type Retention = ValueOf<typeof Retention>;

/** Legal hold of a version. Source: AWS API reference, PutObjectLegalHold. */
export const LegalHold = object({ status: field('Status', enumeration(['ON', 'OFF'])) });
export type LegalHold = ValueOf<typeof LegalHold>;
