import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, errors, isErrorCode } from './errors.ts';
import { refusal, S3Error } from './s3-error.ts';

const rows = Object.entries(errors);

test('WIRE-1 every entry has a status of its class, a text and a source', () => {
  assert.ok(rows.length > 80);
  for (const [code, entry] of rows) {
    assert.ok(entry.status === 304 || (entry.status >= 400 && entry.status <= 507), code);
    assert.match(entry.message, /^\S.{8,}/, code);
    assert.ok(entry.source.length >= 5, code);
  }
});

test('WIRE-1 codes and member names can be written as XML names and headers', () => {
  for (const [code, entry] of rows) {
    assert.match(code, /^[A-Z][A-Za-z0-9]+$/);
    const optional: readonly string[] = 'optional' in entry ? entry.optional : [];
    const names: readonly string[] = [...entry.fields, ...optional];
    for (const name of names) assert.match(name, /^[A-Z][A-Za-z0-9-]+$/, code);
    assert.equal(new Set(names).size, names.length, `${code} names a member twice`);
  }
});

const statuses: readonly (readonly [ErrorCode, number])[] = [
  ['NotModified', 304],
  ['AccessDenied', 403],
  ['SignatureDoesNotMatch', 403],
  ['InvalidAccessKeyId', 403],
  ['AuthorizationQueryParametersError', 400],
  ['InvalidBucketName', 400],
  ['MethodNotAllowed', 405],
  ['BucketNotEmpty', 409],
  ['BucketAlreadyOwnedByYou', 409],
  ['MissingContentLength', 411],
  ['PreconditionFailed', 412],
  ['RequestURITooLong', 414],
  ['InvalidRange', 416],
  ['RequestHeaderSectionTooLarge', 431],
  ['InternalError', 500],
  ['NotImplemented', 501],
  ['SlowDown', 503],
  ['InsufficientStorage', 507],
  ['NoSuchKey', 404],
  ['NoSuchBucket', 404],
  ['NoSuchUpload', 404],
  ['RequestTimeout', 400],
  ['EntityTooLarge', 400],
];
for (const [code, status] of statuses) {
  test(`WIRE-1 ${code} is ${status}`, () => assert.equal(errors[code].status, status));
}

test('WIRE-1 the compiler demands exactly the members of an entry', () => {
  refusal('EntityTooLarge', { ProposedSize: 11, MaxSizeAllowed: 10 });
  // @ts-expect-error a member is missing
  refusal('EntityTooLarge', { ProposedSize: 11 });
  // @ts-expect-error a member too many
  refusal('SlowDown', { ProposedSize: 11 });
  // @ts-expect-error a member too many beside those demanded
  refusal('EntityTooLarge', { ProposedSize: 11, MaxSizeAllowed: 10, MinSizeAllowed: 1 });
  // @ts-expect-error a member that is neither in the entry nor optional
  refusal('AccessDenied', { Bucket: 'x' });
  // @ts-expect-error no such code
  assert.throws(() => refusal('NoSuchThing', {}));
  refusal('AccessDenied', { Expires: '2026-11-24T09:00:00Z' }, 'LinkExpired');
  // @ts-expect-error no such reason
  refusal('AccessDenied', {}, 'LinkTired');
});

test('WIRE-1 names of JavaScript are no codes', () => {
  for (const name of ['constructor', '__proto__', 'toString', '', 'accessdenied'])
    assert.equal(isErrorCode(name), false);
  assert.equal(isErrorCode('AccessDenied'), true);
});

test('WIRE-2 a refusal carries code, status, text, members and reason, and no stack', () => {
  const error = refusal('AccessDenied', { Expires: 'x' }, 'LinkExpired', 'Request has expired');
  assert.ok(error instanceof S3Error && error instanceof Error);
  assert.equal(error.name, 'S3Error');
  assert.equal(error.code, 'AccessDenied');
  assert.equal(error.status, 403);
  assert.equal(error.message, 'Request has expired');
  assert.deepEqual(error.fields, { Expires: 'x' });
  assert.equal(error.reason, 'LinkExpired');
  assert.equal(error.hint, undefined);
  assert.doesNotMatch(error.stack ?? '', /\n\s+at /);
});

test('WIRE-2 making a refusal leaves the stacks of other errors as they were', () => {
  const before = Error.stackTraceLimit;
  refusal('SlowDown', {});
  assert.equal(Error.stackTraceLimit, before);
  assert.match(new Error('a bug').stack ?? '', /\n\s+at /);
});

test('WIRE-2 an absent optional member is not a member', () => {
  const value: string | undefined = undefined;
  assert.deepEqual(refusal('InvalidArgument', { ArgumentName: 'a' }).fields, { ArgumentName: 'a' });
  assert.deepEqual(new S3Error({ code: 'SlowDown', message: value }).message, errors.SlowDown.message);
});
