import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesCaller, parsePrincipal } from './principal.ts';

const id = 'ab'.repeat(32);
const caller = { accountId: id, accountName: 'ada', accessKeyId: 'TGAKAAAAAAAAAAAAAAAA' };

const named: readonly (readonly [text: string, signed: boolean, anonymous: boolean])[] = [
  ['*', true, true],
  [id, true, false],
  ['ada', true, false],
  ['eve', false, false],
  [`arn:aws:iam::${id}:root`, true, false],
  ['arn:aws:iam::ada:root', true, false],
  ['arn:aws:iam::eve:root', false, false],
  ['arn:aws:iam::ada:user/TGAKAAAAAAAAAAAAAAAA', true, false],
  ['arn:aws:iam::ada:user/team/TGAKAAAAAAAAAAAAAAAA', true, false],
  ['arn:aws:iam:::user/ada', true, false],
  ['arn:aws:iam::ada:user/TGAKBBBBBBBBBBBBBBBB', false, false],
  ['arn:aws:iam::eve:user/TGAKAAAAAAAAAAAAAAAA', false, false],
];
for (const [text, signed, anonymous] of named) {
  test(`SEC-301 the principal ${text} ${signed ? 'names' : 'does not name'} the account ada, and anonymous callers ${anonymous ? 'too' : 'never'}`, () => {
    const principal = parsePrincipal(text);
    assert.ok(principal !== undefined);
    assert.equal(namesCaller(principal, caller), signed);
    assert.equal(namesCaller(principal, undefined), anonymous);
  });
}

for (const text of [
  '',
  'a b',
  'arn:aws:iam::',
  'arn:aws:iam:::root',
  'arn:aws:sts::ada:root',
  'arn:aws:iam::ada:group/x',
  '*x',
]) {
  test(`SEC-301 "${text}" is no principal`, () => {
    assert.equal(parsePrincipal(text), undefined);
  });
}
