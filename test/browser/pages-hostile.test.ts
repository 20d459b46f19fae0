import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withoutBidiControls } from '@tidegate/presign/internal';
import type { Browser } from 'playwright-core';
import { hasChromium, startChromium } from './chromium.ts';
import { openPagesFixture, openVariant, type PagesFixture } from './pages-fixture.ts';

/* What strangers write into names, titles, notes and files: in no language it becomes a part of a page. */
let fixture: PagesFixture;
let browser: Browser | undefined;

before(async () => {
  fixture = await openPagesFixture();
});
after(async () => {
  await browser?.close();
  await fixture?.product.stop();
});

const languages = ['en', 'de-AT', 'fr-CA', 'es', 'it', 'pt-PT', 'nl', 'pl', 'ja', 'zh-CN'];

/** What a stranger may write. Each tries to run, to load something or to become a part of the page. */
const hostile = [
  '<script>document.documentElement.dataset.hit="1"</script>',
  '"><img src=x onerror="document.documentElement.dataset.hit=1">',
  "'><svg onload=document.documentElement.dataset.hit=1>",
  '</title></h1><iframe srcdoc="<script>parent.document.documentElement.dataset.hit=1</script>"></iframe>',
  '{n}{time}{name}{constructor}<b data-x>',
  '&lt;img src=x onerror=alert(1)&gt;',
  '\u202egpj.exe<b data-x>',
];

for (const locale of languages) {
  test(`SEC-501 what strangers write into names, titles, notes and files stays words on the pages in ${locale}`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const { page, faults } = await openVariant(
      browser,
      fixture,
      { colorScheme: 'light', width: 1280, height: 820 },
      { locale },
    );
    const check = async (url: string, shown: string): Promise<void> => {
      await page.goto(url);
      const found = await page.evaluate(() => ({
        hit: document.documentElement.dataset['hit'],
        planted: document.querySelectorAll('main img,main iframe,main script,[data-x],[onerror],[onload],title~title')
          .length,
        words: document.body.innerText,
      }));
      assert.deepEqual([found.hit, found.planted], [undefined, 0], url);
      assert.equal(found.words, withoutBidiControls(found.words), 'nothing turns the direction of the page');
      assert.ok(found.words.includes(withoutBidiControls(shown)), `${shown} in ${found.words}`);
      assert.doesNotMatch(found.words, /undefined|\[object/);
    };
    for (const [at, words] of hostile.entries()) {
      const name = `${words.replaceAll('/', '∕')}.txt`;
      const key = `hostile/${at}/${name}`;
      await fixture.put(key, 'text/plain', words);
      await check((await fixture.share({ keys: [key], note: words })).url, name);
      await check((await fixture.share({ keys: [key], title: words })).url, words);
      await check(`${(await fixture.share({ prefix: `hostile/${at}/`, title: words, note: words })).url}/`, name);
      await check(await fixture.links().presignGet(key, { limits: { confirm: true, uses: 2 } }), name);
      await check((await fixture.fileRequest({ title: words, note: words })).url, words);
    }
    assert.deepEqual(faults, []);
    await page.context().close();
  });
}
