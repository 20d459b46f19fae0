import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { bareRequest } from '../bare-http.ts';
import { hasChromium, startChromium } from './chromium.ts';
import { checkFit, judgePage, openPagesFixture, openVariant, type PagesFixture, wordsOf } from './pages-fixture.ts';

/*
 * The pages for recipients in every language, at the narrowest width, which long words break first. What a language may break is
 * looked for by axe on the page of a file, of a password and of what was received; every page, in one language, in pages-states.test.ts.
 */
let fixture: PagesFixture;
let browser: Browser | undefined;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-languages-'));
  fixture = await openPagesFixture();
  await fixture.put('q3.pdf', 'application/pdf', Buffer.alloc(4_404_019, 'x'));
  await fixture.put('folder/offer.pdf', 'application/pdf', 'offer');
  await fixture.put('folder/plan.tiff', 'image/tiff', Buffer.alloc(700_000));
  await writeFile(join(folder, 'setup.exe'), 'x');
  await writeFile(join(folder, 'offer.pdf'), Buffer.alloc(5_000_000, 'x'));
});
after(async () => {
  await browser?.close();
  await fixture?.product.stop();
  await rm(folder, { recursive: true, force: true });
});

const narrow = { colorScheme: 'light', width: 320, height: 740 } as const;

/** The texts of each language: on the button, about uses left, in the title of a revoked link, and when all files have arrived. */
const languages: Readonly<
  Record<string, { lang: string; button: RegExp; left: RegExp; takenBack: string; received: string; size: string }>
> = {
  en: {
    lang: 'en',
    button: /Download/,
    left: /3 of 5 downloads left/,
    takenBack: 'This link has been revoked',
    received: 'Received',
    size: '4.2 MiB',
  },
  'de-AT': {
    lang: 'de-AT',
    button: /Herunterladen/,
    left: /Noch 3 von 5 Downloads/,
    takenBack: 'Dieser Link wurde widerrufen',
    received: 'Angekommen',
    size: '4,2 MiB',
  },
  'fr-CA': {
    lang: 'fr-CA',
    button: /Télécharger/,
    left: /Téléchargements restants : 3 sur 5/,
    takenBack: 'Ce lien a été révoqué',
    received: 'Fichiers reçus',
    size: '4,2 Mio',
  },
  es: {
    lang: 'es',
    button: /Descargar/,
    left: /Descargas restantes: 3 de 5/,
    takenBack: 'Este enlace fue revocado',
    received: 'Recibido',
    size: '4,2 MiB',
  },
  it: {
    lang: 'it',
    button: /Scarica/,
    left: /Download rimanenti: 3 su 5/,
    takenBack: 'Questo link è stato revocato',
    received: 'Ricevuto',
    size: '4,2 MiB',
  },
  'pt-PT': {
    lang: 'pt-BR',
    button: /Baixar/,
    left: /Downloads restantes: 3 de 5/,
    takenBack: 'Este link foi revogado',
    received: 'Recebido',
    size: '4,2 MiB',
  },
  nl: {
    lang: 'nl',
    button: /Downloaden/,
    left: /Nog 3 van 5 downloads/,
    takenBack: 'Deze link is ingetrokken',
    received: 'Ontvangen',
    size: '4,2 MiB',
  },
  pl: {
    lang: 'pl',
    button: /Pobierz/,
    left: /Pozostało pobrań: 3 z 5/,
    takenBack: 'Ten link został unieważniony',
    received: 'Odebrano',
    size: '4,2 MiB',
  },
  ja: {
    lang: 'ja',
    button: /ダウンロード/,
    left: /ダウンロード残り 3 回（全 5 回）/,
    takenBack: 'このリンクは取り消されました',
    received: '受信しました',
    size: '4.2 MiB',
  },
  'zh-CN': {
    lang: 'zh-Hans',
    button: /下载/,
    left: /还可下载 3 次（共 5 次）/,
    takenBack: '此链接已被撤销',
    received: '已收到',
    size: '4.2 MiB',
  },
};

/** Goes to a page, which must be in the language, small, and fit this width. @returns its words */
async function visit(page: Page, url: string, name: string, lang: string): Promise<string> {
  const answer = await page.goto(url);
  const headers = answer?.headers() ?? {};
  assert.match(headers['vary'] ?? '', /accept-language/i, name);
  assert.equal(headers['content-language'], lang, name);
  assert.ok(
    Buffer.byteLength((await answer?.text()) ?? '') <= 12_288,
    `${name}: ${Buffer.byteLength((await answer?.text()) ?? '')} bytes of HTML`,
  );
  assert.equal(await page.locator('html').getAttribute('lang'), lang, name);
  assert.equal(await page.locator('html').getAttribute('dir'), 'ltr', name);
  await checkFit(page, name);
  return wordsOf(page);
}

/** Between a gauge and its words, however many lines they take. */
function gapOfLevel(level: Element): number {
  const [gauge, words] = [...level.children].map((part) => part.getBoundingClientRect());
  return (words?.left ?? 0) - (gauge?.right ?? 0);
}

/** From the end of a file's row to the end of what is said of it. */
function gapsAtEnd(list: Element): readonly number[] {
  const { right } = list.getBoundingClientRect();
  return [...list.querySelectorAll('.end')].map((end) => Math.round(right - end.getBoundingClientRect().right));
}

for (const [locale, said] of Object.entries(languages)) {
  test(`SHR-16 SHR-14 who reads ${locale} gets every page in it, none wider than 320 px, and axe finds nothing on two of them`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const { page, faults } = await openVariant(browser, fixture, narrow, { locale });
    const see = (url: string, name: string): Promise<string> => visit(page, url, `${name}-${locale}`, said.lang);

    const counted = await fixture.share({
      keys: ['q3.pdf'],
      title: 'Q3 report',
      limits: { uses: 5 },
      expiresIn: '30d',
    });
    for (const _ of [1, 2]) assert.equal((await bareRequest(counted.url)).status, 200);
    const file = await see(counted.url, 'download');
    await judgePage(page, fixture, `download-${locale}`);
    assert.match(file, said.button);
    assert.equal(await page.locator('.level').evaluate(gapOfLevel), 8, 'the words are next to their gauge');
    assert.match(file, said.left);
    assert.ok(file.includes(`q3.pdf · PDF · ${said.size}`), file);

    await see((await fixture.share({ keys: ['q3.pdf'], expiresIn: '3d' })).url, 'time left');
    await see(`${(await fixture.share({ prefix: 'folder/', title: 'Tender' })).url}/`, 'several');
    await see((await fixture.share({ keys: ['q3.pdf'], password: 'tide' })).url, 'password');
    await page.fill('input[type=password]', 'guess');
    await Promise.all([page.waitForNavigation(), page.click('button')]);
    await judgePage(page, fixture, `wrong password-${locale}`);
    assert.match(await page.getByRole('alert').innerText(), /9/);
    await see(await fixture.links().presignGet('q3.pdf', { limits: { confirm: true, uses: 3 } }), 'confirm');

    const gone = await fixture.share({ keys: ['q3.pdf'] });
    await fixture.ask('DELETE', `/shares/${gone.id}`);
    await see(gone.url, 'revoked');
    assert.equal(await page.title(), said.takenBack);
    const notBefore = new Date(Date.now() + 10_800_000).toISOString();
    assert.match(await see((await fixture.share({ keys: ['q3.pdf'], limits: { notBefore } })).url, 'not yet'), /3/);
    const spent = await fixture.share({ keys: ['folder/offer.pdf'], limits: { uses: 1 } });
    assert.equal((await bareRequest(spent.url)).status, 200);
    await see(spent.url, 'spent');
    await see(`${fixture.product.endpoint}/s/0000000000000000000000`, 'unknown');
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test(`SHR-16 SHR-28 who reads ${locale} sends files by a page and a script that speak it`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const { page, faults } = await openVariant(browser, fixture, narrow, { locale });
    const limits = { uses: 3, maxBytes: '20MB', types: ['application/pdf', 'image/*'] };
    const { url } = await fixture.fileRequest({ limits, expiresIn: '7d' });
    await visit(page, url, `upload-${locale}`, said.lang);
    await page.setInputFiles('#choose-files', [join(folder, 'setup.exe'), join(folder, 'offer.pdf')]);
    await page.getByRole('heading', { name: said.received }).waitFor({ timeout: 120_000 });
    const words = await wordsOf(page);
    const english = /waiting|paused|only|at most|Save|Send|Remove/;
    if (locale !== 'en') assert.doesNotMatch(words, english);
    await judgePage(page, fixture, `received-${locale}`);
    assert.deepEqual(await page.locator('ul.files').evaluate(gapsAtEnd), [0, 0]);
    assert.deepEqual(faults, []);
    await page.context().close();
  });
}

test('SHR-16 without a script, times appear in the reader’s language and in UTC, and the countdown is announced once', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const { page } = await openVariant(browser, fixture, narrow, { locale: 'de-DE', javaScriptEnabled: false });
  const notBefore = new Date(Date.now() + 10_800_000).toISOString();
  await page.goto((await fixture.share({ keys: ['q3.pdf'], limits: { notBefore } })).url);
  assert.match(await wordsOf(page), /Dieser Link ist ab \d\d\.\d\d\.\d{4}, \d\d:\d\d UTC gültig \(in 3 Stunden\)\./);
  await page.context().close();
});

test('SHR-16 in a language from right to left the page turns around, and nothing falls out of it', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const { page } = await openVariant(browser, fixture, narrow);
  const { url } = await fixture.share({
    keys: ['q3.pdf'],
    note: 'مرحبا، هذا هو العرض.',
    title: 'عرض',
    limits: { uses: 4 },
  });
  const request = await fixture.fileRequest({ title: 'أرسل الملفات' });
  for (const address of [url, request.url]) {
    await page.goto(address);
    await page.evaluate(() => {
      document.documentElement.dir = 'rtl';
    });
    await judgePage(page, fixture, `right to left-${address === url ? 'share' : 'request'}`);
  }
  await page.context().close();
});

test('SHR-14 SHR-16 the script of the upload page is at most 18 KiB and has no word of any language', async () => {
  const { url } = await fixture.fileRequest({});
  const html = await (await fetch(url, { headers: { accept: 'text/html', 'accept-language': 'ja' } })).text();
  const [, src = ''] = /<script src="([^"]+)"/.exec(html) ?? [];
  const script = await (await fetch(new URL(src, url))).text();
  const bytes = gzipSync(script).byteLength;
  console.log(`${bytes} bytes of script, ${Buffer.byteLength(html)} of HTML`);
  assert.ok(bytes <= 18 * 1024, `${bytes} bytes`);
  assert.doesNotMatch(script, /Choose|Pause\b|Received|only |Herunter/);
  assert.doesNotMatch(html, /Choose files|Dateien/);
});
