import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillReason, hintOf, isReason, reasonIds, reasonOfCause, reasons } from './reasons.ts';

/** The table of SIG-95. */
const table = {
  'amp-escaped': 'AmpEscaped',
  'region-mismatch': 'RegionMismatch',
  'double-encoded': 'DoubleEncoded',
  malformed: 'AuthMalformed',
  'plus-for-space': 'PlusForSpace',
  'token-expired': 'ExpiredToken',
  'unknown-key': 'UnknownKey',
  'clock-skew': 'ClockSkew',
  'unsigned-header': 'UnsignedHeader',
  expired: 'LinkExpired',
  'header-missing': 'HeaderMissing',
  'trailing-garbage': 'TrailingGarbage',
  'signature-truncated': 'SignatureTruncated',
  'method-changed': 'MethodChanged',
  'port-changed': 'PortChanged',
  'host-changed': 'HostChanged',
  'addressing-style': 'AddressingStyle',
  'path-prefix': 'PathPrefix',
  'header-changed': 'HeaderChanged',
  'payload-hash': 'PayloadHash',
  'query-added': 'QueryAdded',
  'query-removed': 'QueryRemoved',
  'key-changed': 'KeyChanged',
  'path-normalised': 'PathNormalised',
  'secret-whitespace': 'SecretWhitespace',
  unknown: 'SignatureMismatch',
};

test('SIG-96 every cause id has the reason of the table', () => {
  assert.deepEqual({ ...reasonOfCause }, table);
});

test('SIG-96 every reason has title, text, code, status and an anchor of its own, none of them long', () => {
  const anchors = new Set<string>();
  for (const id of reasonIds()) {
    const { title, text, fix, code, status, docs, ownersOnly = [] } = reasons[id];
    assert.ok(title && text && code && status >= 400 && docs, id);
    for (const part of [title, text, fix]) assert.ok(part.length <= 140, id);
    for (const name of ownersOnly) assert.ok(`${text}${fix}`.includes(`{${name}}`), `${id}: {${name}} is nowhere`);
    anchors.add(docs);
  }
  assert.equal(anchors.size, reasonIds().length);
  assert.equal(isReason('LinkUsesSpent'), true);
  assert.equal(isReason('toString'), false);
});

test('SIG-97 a text with a value from another request is for owners only', () => {
  const values = { a: 'localhost:9000', b: 'files.example.com' };
  assert.equal(fillReason('HostChanged', values).text, 'Signed for localhost:9000, requested as files.example.com.');
  assert.equal(
    hintOf('HostChanged', values),
    'Signed for another host. Sign for the public address, or let the proxy pass the Host header.',
  );
  assert.equal(
    hintOf('MethodChanged', { a: 'PUT', b: 'GET' }),
    'Signed for another method. Use the method it was signed for, or sign for GET.',
  );
  assert.equal(hintOf('RegionMismatch', { a: 'x', b: 'eu-1' }), 'Wrong region.');
  assert.equal(
    hintOf('LinkOutsideGrant', { path: 'a', prefix: 'b/' }),
    'Outside the granted prefix. a is not below b/.',
  );
});

test('SIG-97 a text that lacks a value is left out, and what is filled in is not filled again', () => {
  assert.equal(fillReason('HostChanged').text, '');
  assert.equal(fillReason('UnknownKey', { id: '{id}$&' }).text, '{id}$&.');
  assert.equal(fillReason('AuthMalformed', { message: 'Ends in a stop.' }).text, 'Ends in a stop.');
});
