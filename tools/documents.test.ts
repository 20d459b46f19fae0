import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { reasonIds } from '@tidegate/presign/internal';
import { errors } from '@tidegate/protocol';
import { adminCodes } from '../packages/server/src/admin/json/admin-codes.ts';
import { writeDocumentFiles } from './document-pages.ts';
import { readDocuments, writeLlmsText } from './documents.ts';
import { repositoryRoot } from './repository.ts';

const documents = readDocuments(repositoryRoot);
const anchorsOf = (name: string) => documents.find((document) => document.name === name)?.anchors ?? new Set();

test('every guide and every page of the reference is served by the server', () => {
  const there = ['guide', 'reference'].flatMap((folder) =>
    readdirSync(join(repositoryRoot, 'docs', folder)).map((file) => `docs/${folder}/${file}`),
  );
  assert.deepEqual(documents.map(({ path }) => path).sort(), there.sort());
  for (const { path, title, intro } of documents) assert.ok(title !== '' && intro.length > 20, path);
});

test('ADM-9 what a problem names as its type is an anchor of a page: every reason, every code', () => {
  const reasons = anchorsOf('reasons');
  assert.deepEqual(
    reasonIds().filter((id) => !reasons.has(id)),
    [],
  );
  const codes = anchorsOf('errors');
  assert.deepEqual(
    [...Object.keys(errors), ...Object.keys(adminCodes)].filter((name) => !codes.has(name)),
    [],
  );
});

test('the files hold each page as HTML and as Markdown, in one frame, with nothing of another host', () => {
  const files = writeDocumentFiles(repositoryRoot, join(repositoryRoot, 'packages/console'));
  for (const { name, markdown } of documents) {
    assert.equal(files.get(`${name}.md`), markdown);
    const html = files.get(`${name}.html`) ?? '';
    assert.doesNotMatch(html, /%[A-Z]{3,}%|(?:src|<link[^>]*href)="(?!\/_\/docs\/)/, name);
    for (const [, file = ''] of html.matchAll(/(?:src|<link[^>]*href)="\/_\/docs\/([^"]+)"/g))
      assert.ok(files.has(file));
  }
  assert.match(files.get('llms.txt') ?? '', /^- \[Reasons\]\(\/_\/docs\/reasons\.md\): /m);
});

test('llms.txt of the repository names every page and says what is on it', () => {
  const text = readFileSync(join(repositoryRoot, 'llms.txt'), 'utf8');
  assert.equal(
    text,
    writeLlmsText(documents, ({ path }) => path),
  );
});
