import { attribute, enumeration, field, list, object, optional, text, token, type ValueOf } from '../shape.ts';
import { Owner } from './Owner.ts';

const Grantee = object({
  type: attribute(
    'xsi:type',
    enumeration(['CanonicalUser', 'Group', 'AmazonCustomerByEmail']),
    'http://www.w3.org/2001/XMLSchema-instance',
  ),
  id: optional('ID', token),
  displayName: optional('DisplayName', text),
  uri: optional('URI', token),
  emailAddress: optional('EmailAddress', token),
});

const Grant = object({
  grantee: field('Grantee', Grantee),
  permission: field('Permission', enumeration(['FULL_CONTROL', 'WRITE', 'WRITE_ACP', 'READ', 'READ_ACP'])),
});
/** One right of one grantee. */
export type Grant = ValueOf<typeof Grant>;

/** Answer of GetBucketAcl and GetObjectAcl, request of the two Puts. Source: AWS API reference, GetObjectAcl. */
export const AccessControlPolicy = object({
  owner: optional('Owner', Owner),
  grants: field('AccessControlList', list('Grant', Grant, { max: 100 })),
});
export type AccessControlPolicy = ValueOf<typeof AccessControlPolicy>;
