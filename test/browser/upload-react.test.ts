import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { hasChromium, startChromium } from './chromium.ts';
import { listenForFaults, openUploadFixture, type UploadFixture } from './upload-fixture.ts';

let fixture: UploadFixture;
let browser: Browser | undefined;

/** A component as an application would write it, without a compiler for JSX. */
const source = `
import { createElement as h, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { useUpload } from '@tidegate/upload/react';
function Files() {
  const { open, dropProps, inputProps, tasks, abort, retry, clear } = useUpload({ endpoint: '/upload', accept: ['.bin', 'image/*'], maxSize: '20MB', retries: 0 });
  return h('section', dropProps,
    h('button', { onClick: open }, 'Choose files'),
    h('label', null, 'Files', h('input', inputProps)),
    h('button', { onClick: clear }, 'Clear'),
    h('ul', null, tasks.map((task) => h('li', { key: task.id },
      h('span', null, task.file.name + ' ' + task.state + ' ' + (task.result?.key ?? '') + (task.error?.hint ?? '')),
      h('progress', { value: task.progress.fraction, 'aria-label': task.file.name }),
      h('output', null, task.announce),
      h('button', { onClick: () => abort(task.id) }, 'Stop'),
      h('button', { onClick: () => retry(task.id) }, 'Again'),
    ))));
}
createRoot(document.querySelector('main')).render(h(StrictMode, null, h(Files)));
`;

before(async () => {
  fixture = await openUploadFixture(source, (file) => `react/${file.name}`);
});
after(async () => {
  await browser?.close();
  await fixture?.stop();
});

function fileOf(name: string, size: number) {
  return { name, mimeType: 'application/x-tide', buffer: Buffer.alloc(size, name) };
}

test('UPL-30 useUpload sends chosen, dropped and retried files, reports the state of each and removes finished ones', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const page = await browser.newPage();
  const faults = listenForFaults(page);
  await page.goto(fixture.origin);
  const row = (text: string) => page.getByRole('listitem').filter({ hasText: text });

  await page.getByLabel('Files').setInputFiles([fileOf('one.bin', 10), fileOf('two.bin', 17 * 1024 ** 2)]);
  await row('one.bin done react/one.bin').waitFor();
  await row('two.bin done react/two.bin').waitFor();
  assert.equal(await row('two.bin').getByRole('progressbar').getAttribute('value'), '1');
  assert.equal(await row('two.bin').locator('output').textContent(), 'two.bin: done');

  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles([fileOf('three.txt', 1), fileOf('four.bin', 21_000_000)]);
  await row('three.txt failed Choose one of: .bin, image/*.').waitFor();
  await row('four.bin failed Choose one of at most 20MB.').waitFor();

  fixture.proxy.decide((method) => (method === 'PUT' ? 400 : 'pass'));
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['dropped'], 'five.bin'));
    const section = document.querySelector('section');
    section?.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true }));
    section?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await row('five.bin failed').waitFor();
  assert.match(
    (await row('five.bin').locator('output').textContent()) ?? '',
    /^five\.bin: The store refused it: Planted\./,
  );
  fixture.proxy.decide(() => 'pass');
  await row('five.bin').getByRole('button', { name: 'Again' }).click();
  await row('five.bin done react/five.bin').waitFor();

  fixture.proxy.decide((method) => (method === 'PUT' ? 'hold' : 'pass'));
  await page.getByLabel('Files').setInputFiles([fileOf('six.bin', 17 * 1024 ** 2)]);
  await row('six.bin uploading').waitFor();
  await row('six.bin').getByRole('button', { name: 'Stop' }).click();
  await row('six.bin aborted').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.waitForFunction(() => document.querySelectorAll('li').length === 0);
  assert.deepEqual(faults, []);
  await page.close();
});
