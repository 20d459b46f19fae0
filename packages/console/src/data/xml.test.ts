import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childrenOf, escapeXml, readXml, textOf } from './xml.ts';

test('an answer of S3 is read: elements, text, entities, and elements without content', () => {
  const root = readXml(
    '<?xml version="1.0" encoding="UTF-8"?>\n<List xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Empty/><Key>a&amp;b &lt;c&gt; &#x1F600;&#10;</Key><Key>d</Key></List>\n',
  );
  assert.equal(root.name, 'List');
  assert.equal(textOf(root, 'Empty'), '');
  assert.deepEqual(
    childrenOf(root, 'Key').map(({ text }) => text),
    ['a&b <c> 😀\n', 'd'],
  );
});

test('what is no document is refused', () => {
  for (const text of ['', 'text', '<a><b></a>', '</a>', '<a>']) assert.throws(() => readXml(text), SyntaxError, text);
});

test('text is escaped so that it is read back as it was', () => {
  const text = '<script>&amp;"\'';
  assert.equal(readXml(`<a>${escapeXml(text)}</a>`).text, text);
});
