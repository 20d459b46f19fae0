import { test } from 'node:test';
import { keyRules } from '../admin/key-rules.ts';
import { ageRules } from './age-rules.ts';
import { bucketRules } from './bucket-rules.ts';
import { copyRules } from './copy-rules.ts';
import { encryptionRules } from './encryption-rules.ts';
import { guardRules } from './guard-rules.ts';
import { listRules } from './list-rules.ts';
import { lockRules } from './lock-rules.ts';
import { ownershipRules } from './ownership-rules.ts';
import { readRules } from './read-rules.ts';
import type { OpenSubject, StoreRule } from './subject.ts';
import { uploadRules } from './upload-rules.ts';
import { versionRules } from './version-rules.ts';
import { writeRules } from './write-rules.ts';

/** Every rule about objects that all engines keep. */
export const objectRules: readonly StoreRule[] = [
  ...bucketRules,
  ...writeRules,
  ...readRules,
  ...listRules,
  ...copyRules,
  ...uploadRules,
  ...versionRules,
  ...lockRules,
  ...ownershipRules,
  ...ageRules,
  ...guardRules,
  ...encryptionRules,
];

/** Runs the rules about objects (`only` those whose name fits) against an engine, each on a fresh store. */
export function objectStoreContract(name: string, open: OpenSubject, only = /^/): void {
  const rules = objectRules.filter((rule) => only.test(rule.name));
  runRules(name, rules, open);
}

/** Runs every rule about keys against an engine, each on a fresh store. */
export function keyStoreContract(name: string, open: OpenSubject): void {
  runRules(name, keyRules, open);
}

function runRules(name: string, rules: readonly StoreRule[], open: OpenSubject): void {
  for (const rule of rules) {
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
