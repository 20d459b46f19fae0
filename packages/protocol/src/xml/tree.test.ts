import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSeed } from '../../../../test/seed.ts';
import { childrenOf, readXmlTree, textOf } from './tree.ts';

test('an answer is read with elements that nobody here knows, in any namespace, with references and CDATA', () => {
  const root = readXmlTree(
    '\ufeff<?xml version="1.0"?>\n<!-- x --><s3:R xmlns:s3="urn:x" a=">"><Key>a&amp;&#x1F30A;&#10;b</Key><Key><![CDATA[<&]]></Key><New/><Empty></Empty></s3:R>\n',
  );
  assert.equal(root?.name, 'R');
  assert.deepEqual(
    childrenOf(root, 'Key').map((key) => key.text),
    ['a&🌊\nb', '<&'],
  );
  assert.equal(textOf(root, 'New'), '');
  assert.equal(textOf(root, 'Missing'), undefined);
});

for (const [name, document] of [
  ['nothing', ''],
  ['text alone', 'not xml'],
  ['an open element', '<a><b></b>'],
  ['crossed elements', '<a><b></a></b>'],
  ['two roots', '<a/><b/>'],
  ['a doctype', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
  ['an unknown reference', '<a>&nbsp;</a>'],
  ['a bare ampersand', '<a>a & b</a>'],
  ['a reference beyond Unicode', '<a>&#x110000;</a>'],
  ['text after the root', '<a/>x'],
  ['a comment without end', '<a><!-- </a>'],
  ['CDATA without end', '<a><![CDATA[x</a>'],
  ['a tag without end', '<a'],
  ['21 levels', `${'<a>'.repeat(21)}${'</a>'.repeat(21)}`],
] as const) {
  test(`${name} is no document`, () => {
    assert.equal(readXmlTree(document), undefined);
  });
}

test('reading never throws and never hangs on broken documents', () => {
  const seed = readSeed();
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const pieces = [
    '<a>',
    '</a>',
    '<',
    '>',
    '&',
    ';',
    '&#',
    'x',
    '"',
    "'",
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    '<a b="',
    ' ',
  ];
  for (let round = 0; round < 2000; round += 1) {
    const document = Array.from({ length: next(20) }, () => pieces[next(pieces.length)]).join('');
    assert.doesNotThrow(() => readXmlTree(document), `seed ${seed}: ${document}`);
  }
});
