import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedSpan } from '../../limit-texts.ts';
import { ruleSentence, ruleWords, scopeWords } from './key-words.ts';
import { draftOf, governanceOf, noRules, previewOf } from './rules-draft.ts';
import { policyWords } from './temporary-words.ts';

const governance = {
  maxExpiry: 86_400,
  operations: ['GetObject'],
  requireV4: true,
  registeredOnly: false,
  require: ['uses' as const],
  defaults: { uses: 3, grace: 600 },
  caps: { uses: 1, rate: 10_485_760, clients: 2 },
};

test('rules of a key in words, and as a sentence', () => {
  assert.deepEqual(ruleWords(null), []);
  assert.deepEqual(ruleWords(governance).slice(0, 3), ['≤ 1 d', 'at most 1 use', 'at most 2 clients']);
  const once = { ...governance, operations: null, requireV4: false, require: [], defaults: {}, caps: { uses: 1 } };
  assert.equal(
    ruleSentence(once),
    'Every link signed with this key expires after at most 1 d and is limited to 1 use, regardless of the code.',
  );
  assert.match(ruleSentence(null), /whatever limits the code sets/);
});

test('what a policy lets temporary credentials do, in words', () => {
  assert.deepEqual(policyWords(null), ['Same as its key']);
  const on = 'arn:aws:s3:::rooms/a/*';
  const one = { Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: on } };
  assert.deepEqual(policyWords(JSON.stringify(one)), ['GetObject on rooms/a/*']);
  const two = {
    Statement: [
      { Effect: 'Allow', Action: ['s3:Get*', 's3:PutObject'], Resource: [on, 'arn:aws:s3:::rooms'] },
      { Effect: 'Deny', Action: '*', Resource: '*' },
    ],
  };
  assert.deepEqual(policyWords(JSON.stringify(two)), [
    'Get*, PutObject on rooms/a/*, rooms',
    'never everything on everything',
  ]);
});

test('what a key reaches in words', () => {
  assert.equal(scopeWords({ buckets: [], prefixes: [] }), 'Everything');
  assert.equal(scopeWords({ buckets: ['a', 'b'], prefixes: [] }), 'a, b');
  assert.equal(scopeWords({ buckets: ['a'], prefixes: ['2026/'] }), 'a/2026/');
});

test('rules that are saved as they are change nothing, of every limit that a key can lay', () => {
  const saved = governanceOf(draftOf(governance));
  assert.deepEqual(saved, {
    maxExpiry: '1d',
    operations: ['GetObject'],
    require: ['uses'],
    requireV4: true,
    registeredOnly: null,
    caps: { clients: 2, uses: 1, rate: '10MiB' },
    defaults: { uses: 3, grace: '10m' },
  });
  assert.deepEqual(
    Object.values(governanceOf(noRules)).filter((value) => value !== null),
    [],
  );
  // No rounding: what has no short form stays a number.
  const odd = { ...governance, maxExpiry: 5_401, caps: { rate: 1_234_567 } };
  assert.equal(draftOf(odd).maxExpiry, '5401s');
  assert.equal(draftOf(odd).caps.rate, '1234567B');
  assert.equal(typedSpan(5_400), '90m');
});

test('the sentence follows what is typed, and says nothing of what cannot be read', () => {
  const preview = previewOf({
    ...noRules,
    maxExpiry: '1d',
    caps: { uses: '1', rate: '10MiB' },
    defaults: { grace: 'soon' },
  });
  assert.deepEqual([preview.maxExpiry, preview.caps, preview.defaults], [86_400, { uses: 1, rate: 10_485_760 }, {}]);
  assert.equal(previewOf({ ...noRules, caps: { maxBytes: '20MB' } }).caps.maxBytes, 20_000_000);
});
