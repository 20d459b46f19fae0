import { test } from 'node:test';
import { linkArrivalRules } from './link-arrival-rules.ts';
import { linkClaimRules } from './link-claim-rules.ts';
import { linkLedgerRules } from './link-ledger-rules.ts';
import { linkListRules } from './link-list-rules.ts';
import { linkRuleRules } from './link-rule-rules.ts';
import type { LinkRule, LinkSubject } from './link-subject.ts';

/** Every rule about links that all engines keep. */
export const linkRules: readonly LinkRule[] = [
  ...linkClaimRules,
  ...linkArrivalRules,
  ...linkRuleRules,
  ...linkLedgerRules,
  ...linkListRules,
];

/** Runs every rule about links against an engine, each on a fresh store. */
export function linkStoreContract(name: string, open: () => Promise<LinkSubject>): void {
  for (const rule of linkRules) {
    test(`${rule.name} (${name})`, async () => {
      const subject = await open();
      try {
        await rule.check(subject);
      } finally {
        await subject.close();
      }
    });
  }
}
