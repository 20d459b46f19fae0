import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMarkdown } from './markdown.ts';

const html = (markdown: string): string => renderMarkdown(markdown, (target) => target).html;

for (const [what, markdown, expected] of [
  ['a paragraph', 'one\ntwo\n', '<p>one\ntwo</p>'],
  ['marks', '**bold** *it* 2*3*4 a_b_c', '<p><strong>bold</strong> <em>it</em> 2*3*4 a_b_c</p>'],
  [
    'code, in which nothing is a mark',
    '`**a** [b](c) <d>` & ``e`f``',
    '<p><code>**a** &#91;b](c) &lt;d&gt;</code> &amp; <code>e`f</code></p>',
  ],
  ['a link', '[a `b` c](d.md#e)', '<p><a href="d.md#e">a <code>b</code> c</a></p>'],
  ['HTML, which is text', '<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
  ['a comment', 'a\n\n<!-- not run: why -->\n\nb', '<p>a</p>\n<p>b</p>'],
  ['an anchor', '<a id="x"></a><a id="Y"></a>\n\n# T', '<a id="x"></a><a id="Y"></a>\n<h1 id="t">T</h1>'],
  ['a code block', '```sh\na <b>\n\n# c\n```', '<pre tabindex="0"><code>a &lt;b&gt;\n\n# c\n</code></pre>'],
  ['a quote', '> a\n> b', '<blockquote>\n<p>a\nb</p>\n</blockquote>'],
  [
    'lists',
    '- a\n  more\n- b\n  - c\n\n1. d\n2. e',
    '<ul>\n<li>a\nmore</li>\n<li>b\n<ul>\n<li>c</li>\n</ul></li>\n</ul>\n<ol>\n<li>d</li>\n<li>e</li>\n</ol>',
  ],
  [
    'code in a list',
    '- a\n\n  ```\n  b\n  ```\n- c',
    '<ul>\n<li>a\n<pre tabindex="0"><code>b\n</code></pre></li>\n<li>c</li>\n</ul>',
  ],
] as const) {
  test(`Markdown becomes HTML: ${what}`, () => assert.equal(html(markdown), expected));
}

test('a table has escaped bars, breaks, and rows that are found by their first word of code', () => {
  const page = renderMarkdown(
    '| a | b |\n|---|---|\n| `NoSuchKey` | x \\| y<br>z |\n| `two words` | |\n',
    () => undefined,
  );
  assert.match(page.html, /<tr id="NoSuchKey"><td><code>NoSuchKey<\/code><\/td><td>x \| y<br>z<\/td><\/tr>/);
  assert.match(page.html, /<tr><td><code>two words<\/code><\/td><td><\/td><\/tr>/);
  assert.deepEqual([...page.anchors], ['NoSuchKey']);
});

test('headings have anchors as on the pages of the repository, each its own', () => {
  const page = renderMarkdown('# A `b`: c\n\n*First* [words](x).\n\n## Same\n\n## Same\n', () => undefined);
  assert.deepEqual([page.title, page.intro], ['A b: c', 'First words.']);
  assert.deepEqual(
    page.headings.map(({ id }) => id),
    ['a-b-c', 'same', 'same-1'],
  );
  assert.match(page.html, /<p><em>First<\/em> words\.<\/p>/, 'a link to a missing target is text');
});

test('a code block that does not end is an error', () => {
  assert.throws(() => html('```sh\necho\n'), /not closed/);
});
