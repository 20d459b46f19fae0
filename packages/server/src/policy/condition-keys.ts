import { malformedPolicy } from './policy-refusals.ts';

/**
 * Condition keys that are evaluated, in lower case. Source: AWS, Actions, resources, and condition keys for Amazon S3; AWS global
 * condition context keys.
 */
const evaluated: ReadonlySet<string> = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalisawsservice',
  'aws:principaltype',
  'aws:referer',
  'aws:resourceaccount',
  'aws:securetransport',
  'aws:sourceip',
  'aws:useragent',
  'aws:userid',
  'aws:username',
  'aws:viaawsservice',
  's3:authtype',
  's3:delimiter',
  's3:if-match',
  's3:if-none-match',
  's3:max-keys',
  's3:object-lock-legal-hold',
  's3:object-lock-mode',
  's3:object-lock-remaining-retention-days',
  's3:object-lock-retain-until-date',
  's3:prefix',
  's3:requestobjecttagkeys',
  's3:resourceaccount',
  's3:signatureage',
  's3:signatureversion',
  's3:tlsversion',
  's3:versionid',
  's3:x-amz-acl',
  's3:x-amz-content-sha256',
  's3:x-amz-copy-source',
  's3:x-amz-grant-full-control',
  's3:x-amz-grant-read',
  's3:x-amz-grant-read-acp',
  's3:x-amz-grant-write',
  's3:x-amz-grant-write-acp',
  's3:x-amz-metadata-directive',
  's3:x-amz-object-ownership',
  's3:x-amz-server-side-encryption',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
  's3:x-amz-server-side-encryption-customer-algorithm',
  's3:x-amz-storage-class',
  's3:x-amz-website-redirect-location',
]);

/** Keys that no request to this server has: there are no such networks, organizations, devices, access points or services. */
const neverThere: ReadonlySet<string> = new Set([
  'aws:calledviafirst',
  'aws:calledvialast',
  'aws:multifactorauthage',
  'aws:multifactorauthpresent',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalservicename',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceorgid',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:vpcsourceip',
  's3:accesspointnetworkorigin',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
  // Of CreateBucket, which no bucket's policy is asked about: there is no bucket yet.
  's3:locationconstraint',
]);

const neverThereForms = [/^aws:principaltag\/.{1,128}$/, /^aws:requesttag\/.{1,128}$/];

/** Keys that end with the name of a tag, whose case counts: an object may have `Team` and `team`. */
export const existingTagPrefix = 's3:existingobjecttag/';
export const requestTagPrefix = 's3:requestobjecttag/';

/** How a condition key is written here: in lower case, but for the name of a tag. */
export function conditionKeyOf(name: string): string {
  const key = name.toLowerCase();
  const prefix = [existingTagPrefix, requestTagPrefix].find((each) => key.startsWith(each));
  return prefix === undefined ? key : prefix + name.slice(prefix.length);
}

/** Whether the name is that of a condition key that has a meaning here, if only that of being absent. */
export function isConditionKey(name: string): boolean {
  const key = name.toLowerCase();
  if (key.startsWith(existingTagPrefix) || key.startsWith(requestTagPrefix)) return /\/.{1,128}$/s.test(key);
  return evaluated.has(key) || neverThere.has(key) || neverThereForms.some((form) => form.test(key));
}

/** Whether a key asks for tags or a lock that a request puts on an object (POL-8). */
export function isBroughtKey(key: string): boolean {
  return key.startsWith(requestTagPrefix) || key === 's3:requestobjecttagkeys' || key.startsWith('s3:object-lock-');
}

/** Reads the name of a condition key (POL-3). @throws S3Error MalformedPolicy */
export function readConditionKey(name: string): string {
  if (isConditionKey(name)) return conditionKeyOf(name);
  throw malformedPolicy(`Policy has an invalid condition key: ${name.slice(0, 64)}`);
}

/** Keys whose values hold the id of an account. */
export const accountKeys: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:resourceaccount',
  's3:resourceaccount',
]);
