import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountNumber, isAccount, withAccountNumbers } from './account-number.ts';
import { conditionsHold, readConditions } from './conditions.ts';
import { namesCaller, parsePrincipal } from './principal.ts';

const id = 'ab'.repeat(32);
const other = 'cd'.repeat(32);

test('STS-7 the id of 12 digits is always the same, and that of another account is another', () => {
  assert.match(accountNumber(id), /^[1-9]\d{11}$/);
  assert.equal(accountNumber(id), accountNumber(id));
  assert.notEqual(accountNumber(id), accountNumber(other));
  assert.deepEqual(
    [id, accountNumber(id), accountNumber(other), '', '1'].map((text) => isAccount(text, id)),
    [true, true, false, false, false],
  );
});

test('SEC-301 a principal names an account by its id of 12 digits', () => {
  const caller = { accountId: id, accountName: 'ada', accessKeyId: 'TGAKAAAAAAAAAAAAAAAA' };
  for (const [account, isNamed] of [
    [accountNumber(id), true],
    [accountNumber(other), false],
  ] as const) {
    for (const text of [account, `arn:aws:iam::${account}:root`, `arn:aws:iam::${account}:user/ada`]) {
      const principal = parsePrincipal(text);
      assert.equal(principal !== undefined && namesCaller(principal, caller), isNamed, text);
    }
  }
});

test('POL-3 conditions name an account by its canonical id or its id of 12 digits', () => {
  const values = (key: string) =>
    key === 'aws:principalarn'
      ? [`arn:aws:iam::${accountNumber(id)}:user/ada`]
      : key === 'aws:principalaccount'
        ? [accountNumber(id)]
        : undefined;
  for (const account of [id, accountNumber(id)]) {
    const conditions = readConditions(
      {
        StringEquals: { 'aws:PrincipalAccount': account },
        ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:user/*` },
      },
      true,
    );
    assert.equal(conditionsHold(conditions, values, 'Allow'), true, account);
  }
  assert.equal(withAccountNumbers('no id'), 'no id');
});
