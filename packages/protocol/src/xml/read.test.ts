import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cpuMs } from '../../../../test/cpu-time.ts';
import { readSeed } from '../../../../test/seed.ts';
import { S3Error } from '../errors/s3-error.ts';
import { readDocument } from './read.ts';
import { list, object, optional, repeated, text } from './shape.ts';
import { AccessControlPolicy } from './shapes/AccessControlPolicy.ts';
import { CORSConfiguration } from './shapes/CORSConfiguration.ts';
import { CompleteMultipartUpload } from './shapes/CompleteMultipartUpload.ts';
import { CreateBucketConfiguration } from './shapes/CreateBucketConfiguration.ts';
import { Delete } from './shapes/Delete.ts';
import { Tagging } from './shapes/Tagging.ts';

const maxBytes = 8 * 1024 * 1024;
const bytes = (document: string) => Buffer.from(document, 'utf8');
const readDelete = (document: string | Uint8Array) =>
  readDocument('Delete', Delete, typeof document === 'string' ? bytes(document) : document, { maxBytes });
const malformed = (error: unknown) => error instanceof S3Error && error.code === 'MalformedXML';
const one = [{ key: 'a' }];

const accepted: readonly (readonly [string, string])[] = [
  ['without a namespace', '<Delete><Object><Key>a</Key></Object></Delete>'],
  [
    'with S3’s namespace',
    '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a</Key></Object></Delete>',
  ],
  [
    'with a prefix',
    '<s3:Delete xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/"><s3:Object><s3:Key>a</s3:Key></s3:Object></s3:Delete>',
  ],
  ['with a declaration', '<?xml version="1.0" encoding="UTF-8"?>\n<Delete><Object><Key>a</Key></Object></Delete>'],
  ['with US-ASCII', '<?xml version="1.0" encoding="us-ascii"?><Delete><Object><Key>a</Key></Object></Delete>'],
  ['with a byte order mark', '\ufeff<?xml version="1.0"?><Delete><Object><Key>a</Key></Object></Delete>'],
  ['indented', '<Delete>\n  <Object>\n\t<Key>a</Key>\r\n  </Object>\n</Delete>\n'],
  ['with comments', '<!-- x --><Delete><!-- y --><Object><Key>a</Key></Object></Delete><!-- z -->'],
  ['with an instruction', '<?xml version="1.0"?><?pi x?><Delete><Object><Key>a</Key></Object></Delete>'],
  ['with CDATA', '<Delete><Object><Key><![CDATA[a]]></Key></Object></Delete>'],
  ['with a reference', '<Delete><Object><Key>&#x61;</Key></Object></Delete>'],
  [
    'with a schema location',
    '<Delete xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"><Object><Key>a</Key></Object></Delete>',
  ],
];
for (const [name, document] of accepted) {
  test(`WIRE-10, WIRE-12, WIRE-18 a document ${name} is read`, () =>
    assert.deepEqual(readDelete(document).objects, one));
}

test('WIRE-10 children come in any order', () => {
  const document =
    '<Delete><Object><Key>a</Key></Object><Quiet>true</Quiet><Object><VersionId>v</VersionId><Key>b</Key></Object></Delete>';
  assert.deepEqual(readDelete(document), { objects: [{ key: 'a' }, { key: 'b', versionId: 'v' }], quiet: true });
});

test('WIRE-15 a key is exact, blanks and line ends of references included', () => {
  const document =
    '<Delete><Object><Key> a&#xD;&#10;&#9;&lt;&amp;&quot;&apos;&gt; <![CDATA[<b>]]></Key></Object></Delete>';
  assert.deepEqual(readDelete(document).objects, [{ key: ' a\r\n\t<&"\'> <b>' }]);
  assert.deepEqual(readDelete('<Delete><Object><Key/></Object></Delete>').objects, [{ key: '' }]);
});

test('WIRE-12 control characters stand as references in a document that says it is XML 1.1', () => {
  const body = '<Delete><Object><Key>&#1;</Key></Object></Delete>';
  assert.deepEqual(readDelete(`<?xml version="1.1"?>${body}`).objects, [{ key: '\u0001' }]);
  assert.throws(() => readDelete(`<?xml version="1.0"?>${body}`), malformed);
});

const key = '<Object><Key>a</Key></Object>';
const refused: readonly (readonly [string, string])[] = [
  ['WIRE-10 SEC-413 another root', `<Remove>${key}</Remove>`],
  ['WIRE-10 SEC-413 a root in another case', `<delete>${key}</delete>`],
  ['WIRE-11 an unknown element', `<Delete>${key}<Force>1</Force></Delete>`],
  ['WIRE-11 an unknown element deeper', '<Delete><Object><Key>a</Key><Bucket>b</Bucket></Object></Delete>'],
  ['WIRE-11 an unknown attribute', `<Delete mode="x">${key}</Delete>`],
  ['WIRE-11 an unknown attribute of a text', '<Delete><Object><Key x="y">a</Key></Object></Delete>'],
  ['WIRE-11 text between elements', `<Delete>x${key}</Delete>`],
  ['WIRE-11 CDATA between elements', `<Delete><![CDATA[x]]>${key}</Delete>`],
  ['WIRE-11 an element inside a text', '<Delete><Object><Key>a<b/></Key></Object></Delete>'],
  ['WIRE-11 a missing element', '<Delete><Object><VersionId>v</VersionId></Object></Delete>'],
  ['WIRE-11 a doubled element', '<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>'],
  ['WIRE-11 a doubled optional element', `<Delete>${key}<Quiet>true</Quiet><Quiet>true</Quiet></Delete>`],
  ['WIRE-15 an invalid boolean', `<Delete>${key}<Quiet>maybe</Quiet></Delete>`],
  ['WIRE-14 SEC-306 an empty list', '<Delete></Delete>'],
  ['WIRE-14 SEC-306 1,001 keys', `<Delete>${key.repeat(1001)}</Delete>`],
  ['WIRE-12 SEC-413 an unclosed element', `<Delete>${key}`],
  ['WIRE-12 SEC-413 bytes after the root', `<Delete>${key}</Delete>x`],
  ['WIRE-12 SEC-413 a second root', `<Delete>${key}</Delete><Delete/>`],
  ['WIRE-12 SEC-413 NUL', '<Delete><Object><Key>a\0</Key></Object></Delete>'],
  ['WIRE-12 SEC-413 a reference to NUL', '<Delete><Object><Key>a&#0;</Key></Object></Delete>'],
  ['WIRE-12 an encoding that is another', `<?xml version="1.0" encoding="ISO-8859-1"?><Delete>${key}</Delete>`],
  ['WIRE-12 SEC-413 a word that says UTF-16', `<?xml version="1.0" encoding="UTF-16"?><Delete>${key}</Delete>`],
  ['WIRE-12 a prefix that stands for nothing', `<s3:Delete>${key}</s3:Delete>`],
  ['WIRE-12 text alone', 'hello'],
  ['WIRE-12 JSON', '{"Delete":[]}'],
  ['WIRE-12 blanks alone', ' \n'],
  ['WIRE-12 a doubled attribute', `<Delete xmlns="a" xmlns="a">${key}</Delete>`],
  ['WIRE-16 SEC-413 the element __proto__', `<Delete>${key}<__proto__/></Delete>`],
  ['WIRE-16 SEC-413 the element constructor', `<Delete>${key}<constructor>x</constructor></Delete>`],
  ['WIRE-16 the element toString', `<Delete>${key}<toString/></Delete>`],
  ['WIRE-13 SEC-411 a doctype', `<!DOCTYPE Delete>${`<Delete>${key}</Delete>`}`],
  [
    'WIRE-13 SEC-411 an external entity',
    `<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&x;</Key></Object></Delete>`,
  ],
  [
    'WIRE-13 SEC-411 a parameter entity',
    `<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1/x">%x;]><Delete>${key}</Delete>`,
  ],
  [
    'WIRE-13 SEC-411 a large entity used often',
    `<!DOCTYPE d [<!ENTITY x "${'x'.repeat(1_000_000)}">]><Delete><Object><Key>${'&x;'.repeat(1000)}</Key></Object></Delete>`,
  ],
  ['WIRE-13 an entity that nothing declares', '<Delete><Object><Key>&nbsp;</Key></Object></Delete>'],
];
for (const [name, document] of refused) {
  test(`${name} is MalformedXML`, () => assert.throws(() => readDelete(document), malformed));
}

test('WIRE-13 SEC-411 ten levels of entities are refused in less than 100 ms', () => {
  const levels = Array.from({ length: 10 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
  const document = `<!DOCTYPE d [<!ENTITY l0 "x">${levels}]><Delete><Object><Key>&l10;</Key></Object></Delete>`;
  assert.ok(cpuMs(() => assert.throws(() => readDelete(document), malformed), 100) < 100);
});

const hostile: readonly (readonly [string, () => string])[] = [
  [
    'a million references in one text',
    () => `<Delete><Object><Key>${'&#65;'.repeat(1_500_000)}</Key></Object></Delete>`,
  ],
  ['a text of 7 MB', () => `<Delete><Object><Key>${'a'.repeat(7_000_000)}</Key></Object></Delete>`],
  ['a comment of 7 MB', () => `<Delete><!--${'a'.repeat(7_000_000)}--></Delete>`],
  ['an attribute of 7 MB', () => `<Delete xmlns="${'a'.repeat(7_000_000)}"></Delete>`],
  ['a name of 7 MB', () => `<${'a'.repeat(7_000_000)}>`],
  ['10,000 levels', () => '<Delete>'.repeat(10_000)],
  ['100,000 attributes', () => `<Delete ${Array.from({ length: 100_000 }, (_, at) => `a${at}="b"`).join(' ')}/>`],
  [
    '100,000 declared prefixes',
    () => `<Delete ${Array.from({ length: 100_000 }, (_, at) => `xmlns:a${at}="b"`).join(' ')}/>`,
  ],
  ['blanks of 7 MB', () => `<Delete>${' '.repeat(7_000_000)}</Delete>`],
  ['a doctype of 7 MB', () => `<!DOCTYPE d [${'<!-- -->'.repeat(800_000)}`],
];
for (const [name, make] of hostile) {
  test(`WIRE-14 SEC-412 ${name} is refused in less than 200 ms`, () => {
    const document = bytes(make());
    const tookMs = cpuMs(() => assert.throws(() => readDelete(document), malformed), 200);
    assert.ok(tookMs < 200, `${tookMs} ms`);
  });
}

test('WIRE-14 SEC-412 more bytes than the bound are refused, as many are not', () => {
  const document = bytes(`<Delete>${key}</Delete>`);
  const read = (bound: number) => readDocument('Delete', Delete, document, { maxBytes: bound });
  assert.deepEqual(read(document.length).objects, one);
  assert.throws(() => read(document.length - 1), malformed);
});

test('WIRE-14 depth is bounded even where the shape would go on', () => {
  const inner = object({ leaf: optional('Leaf', text) });
  const deep = object({ a: optional('A', object({ b: optional('B', list('C', inner, { max: 3 })) })) });
  const document = bytes('<R><A><B><C><Leaf>x</Leaf></C></B></A></R>');
  assert.deepEqual(readDocument('R', deep, document, { maxBytes }).a?.b, [{ leaf: 'x' }]);
  assert.throws(() => readDocument('R', deep, document, { maxBytes, maxDepth: 4 }), malformed);
});

test('WIRE-14 SEC-425 a Complete names one to 10,000 parts', () => {
  const part = (at: number) => `<Part><ETag>"e"</ETag><PartNumber>${at}</PartNumber></Part>`;
  const complete = (parts: number) => {
    const document = Array.from({ length: parts }, (_, at) => part(at + 1)).join('');
    return readDocument(
      'CompleteMultipartUpload',
      CompleteMultipartUpload,
      bytes(`<CompleteMultipartUpload>${document}</CompleteMultipartUpload>`),
      { maxBytes },
    );
  };
  assert.equal(complete(10_000).parts.length, 10_000);
  assert.throws(() => complete(10_001), malformed);
  assert.throws(() => complete(0), malformed);
});

test('WIRE-12 SEC-413 UTF-16 and broken UTF-8 are refused', () => {
  const document = `<Delete>${key}</Delete>`;
  assert.throws(() => readDelete(Buffer.from(`\ufeff${document}`, 'utf16le')), malformed);
  assert.throws(() => readDelete(Buffer.from(document, 'utf16le')), malformed);
  assert.throws(
    () =>
      readDelete(
        Buffer.concat([bytes('<Delete><Object><Key>'), Buffer.from([0xff, 0xfe]), bytes('</Key></Object></Delete>')]),
      ),
    malformed,
  );
  assert.throws(
    () =>
      readDelete(
        Buffer.concat([bytes('<Delete><Object><Key>'), Buffer.from([0xc0, 0xae]), bytes('</Key></Object></Delete>')]),
      ),
    malformed,
  );
});

test('WIRE-16 SEC-315 texts of JavaScript’s names are texts', () => {
  const document = '<Tagging><TagSet><Tag><Key>__proto__</Key><Value>constructor</Value></Tag></TagSet></Tagging>';
  const read = readDocument('Tagging', Tagging, bytes(document), { maxBytes });
  assert.deepEqual(read.tags, [{ name: '__proto__', value: 'constructor' }]);
});

test('WIRE-17 no byte at all is a missing body', () => {
  assert.throws(
    () => readDelete(new Uint8Array()),
    (error) => error instanceof S3Error && error.code === 'MissingRequestBodyError',
  );
});

test('WIRE-11 what a directory bucket would need is read, so that it can be refused by name', () => {
  const document = '<CreateBucketConfiguration><Bucket><Type>Directory</Type></Bucket></CreateBucketConfiguration>';
  const read = readDocument('CreateBucketConfiguration', CreateBucketConfiguration, bytes(document), { maxBytes });
  assert.deepEqual(read, { bucket: { type: 'Directory' } });
});

test('WIRE-10 a CORS configuration as boto3 sends it is read', () => {
  const document =
    '<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><AllowedMethod>GET</AllowedMethod>' +
    '<AllowedMethod>PUT</AllowedMethod><AllowedOrigin>*suffix</AllowedOrigin><MaxAgeSeconds>3</MaxAgeSeconds></CORSRule></CORSConfiguration>';
  assert.deepEqual(readDocument('CORSConfiguration', CORSConfiguration, bytes(document), { maxBytes }), {
    rules: [
      {
        allowedHeaders: [],
        allowedMethods: ['GET', 'PUT'],
        allowedOrigins: ['*suffix'],
        exposeHeaders: [],
        maxAgeSeconds: 3,
      },
    ],
  });
});

test('WIRE-10 the type of a grantee is an attribute with a prefix', () => {
  const grantee = (attributes: string) =>
    `<AccessControlPolicy><AccessControlList><Grant><Grantee ${attributes}><URI>u</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`;
  const read = (attributes: string) =>
    readDocument('AccessControlPolicy', AccessControlPolicy, bytes(grantee(attributes)), { maxBytes });
  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  assert.equal(read(`${xsi} xsi:type="Group"`).grants[0]?.grantee.type, 'Group');
  assert.throws(() => read(xsi), malformed);
  assert.throws(() => read(`${xsi} xsi:type="Nobody"`), malformed);
  assert.throws(() => read('xsi:type="Group"'), malformed);
});

const seed = readSeed();
const tokens = fc.constantFrom(
  '<Delete>',
  '</Delete>',
  '<Object>',
  '</Object>',
  '<Key>',
  '</Key>',
  '<Quiet>',
  'true',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '&amp;',
  '&#1;',
  '&',
  ';',
  '<',
  '>',
  '/',
  '"',
  "'",
  '=',
  ' xmlns="a"',
  '<?',
  '?>',
  '<!DOCTYPE',
  '\0',
  '\ufffe',
  '\ud800',
  '__proto__',
  'a',
  '\r',
  '<a:b>',
  '\u0085',
);
const soup = fc.array(fc.oneof(tokens, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 40 });
const anything = object({
  objects: repeated('Object', object({ key: optional('Key', text) }), { max: 9 }),
  quiet: optional('Quiet', text),
});

test(`WIRE-19 SEC-433 any bytes are a value or MalformedXML (seed ${seed})`, () => {
  const check = (document: Uint8Array) => {
    try {
      readDocument('Delete', anything, document, { maxBytes });
    } catch (error) {
      assert.ok(error instanceof S3Error, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check), { seed, numRuns: 2000 });
  fc.assert(
    fc.property(soup, (pieces) => check(bytes(pieces.join('')))),
    { seed, numRuns: 4000 },
  );
  fc.assert(
    fc.property(soup, (pieces) => check(bytes(`<Delete>${pieces.join('')}</Delete>`))),
    { seed, numRuns: 4000 },
  );
});
