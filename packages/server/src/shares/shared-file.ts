import { attachment, uriEncodePath, viewUnsigned } from '@tidegate/presign/internal';
import { defaultContentType, refusal, S3Error } from '@tidegate/protocol';
import type { WireAnswer } from '../http/wire.ts';
import { deniedLink } from '../links/denied-link.ts';
import { planZip, type ZipStore } from '../links/zip.ts';
import { headersOfPage } from '../pages/page.ts';
import { filePage, filesPage, type ShareLife } from '../pages/share-page.ts';
import { ShareRefusal } from '../pages/share-refusal.ts';
import { mayReadListed } from '../policy/may-read.ts';
import { type Admission, performable } from '../s3/admission.ts';
import { pageOutput, zipOutput } from '../s3/link-output.ts';
import type { Permit } from '../s3/operation.ts';
import { pageFrameOf } from '../s3/page-frame.ts';
import { readInput } from '../s3/read-input.ts';
import { shareFolder } from '../stores/links/share-store.ts';
import type { ListedObject, ObjectStore } from '../stores/objects/object-store.ts';
import { mayShow, previewOf } from './preview.ts';
import { admitShared, authorizeShared, originOf, type SharedRequest } from './shared-request.ts';

/** Names of one page of a share's list. */
const pageKeys = 1000;

/** Admits a request to a share: for its file, one of its files, their list, or all of them as a ZIP (SHR-5, SHR-6). */
export async function admitSharedFile(shared: SharedRequest): Promise<Admission | WireAnswer> {
  const { wire, share, name, query } = shared;
  const { target } = share;
  if (wire.method !== 'GET' && wire.method !== 'HEAD' && wire.method !== 'POST') {
    throw new ShareRefusal('ShareMethod', { allow: 'GET, HEAD, POST' });
  }
  const [only, ...others] = target.kind === 'keys' ? target.keys : [];
  if (only !== undefined && others.length === 0) {
    // Behind the slash any name will do: it is how a download gets its name where a program takes it from the URL.
    return admitFile(shared, only, name !== undefined && name !== '');
  }
  if (name === undefined) return redirect(shared);
  if (name === '') return query.has('zip') ? admitZip(shared) : admitList(shared);
  const key = shareFolder(target) + name;
  const isShared = target.kind === 'keys' ? target.keys.includes(key) : isBelow(name);
  if (!isShared) throw refusal('NoSuchKey', { Key: name });
  return await admitFile(shared, key, true);
}

/** A name below a prefix leads nowhere else (SIG-48b). */
function isBelow(name: string): boolean {
  return !name.split('/').some((segment) => segment === '' || segment === '.' || segment === '..');
}

async function admitFile(shared: SharedRequest, key: string, isNamed: boolean): Promise<Admission | WireAnswer> {
  const { wire, server, share, use, query, isVisitor, note, progress } = shared;
  const { bucket } = share.target;
  const method = wire.method === 'HEAD' ? 'HEAD' : 'GET';
  const view = viewUnsigned(wire.rawHeaders, []);
  const operation = server.router.match({ method, bucket, key, query: [], view });
  const versionId = versionOf(shared);
  const asked = versionId === undefined ? [] : [['versionId', versionId] as const];
  const input = readInput(operation, viewUnsigned(wire.rawHeaders, asked));
  const permit = await authorizeShared(shared, operation, key, input);
  const isPreview = query.has('preview') && wire.method !== 'POST';
  if (isPreview) await checkPreview(shared, key, permit);
  const isAsked =
    wire.method === 'POST' || isPreview || query.has('download') || (isNamed && share.limits.confirm !== true);
  const isConfirmed = use.terms?.confirm !== true || wire.method === 'POST';
  if (wire.method !== 'HEAD' && isVisitor && !(isAsked && isConfirmed)) return pageOfFile(shared, key, permit);
  progress.note = { ...note, key };
  return isPreview
    ? admitShared(shared, operation, permit, { input, consumes: 'free', adapt: inline })
    : admitShared(shared, operation, permit, { input, consumes: 'operation', adapt: (file) => named(file, key) });
}

/** SHR-13. @throws S3Error AccessDenied where nothing is shown of the file */
async function checkPreview(shared: SharedRequest, key: string, permit: Permit): Promise<void> {
  const { bucket } = shared.share.target;
  const record = await shared.server.tools.store.readObject({ bucket, key, versionId: versionOf(shared) });
  if (!permit.admits(record) || !mayShow(shared, record)) throw new S3Error({ code: 'AccessDenied' });
}

/**
 * SEC-501: shown in the page of its share and nowhere else, by a browser that takes it for nothing but what it is. What the browser
 * shows by a viewer of its own, a PDF, cannot be in a sandbox too: there the viewer is it.
 */
function inline(answer: WireAnswer): WireAnswer {
  const replaced = new Set(['content-disposition', 'content-security-policy', 'x-content-type-options']);
  const headers = answer.headers.filter(([header]) => !replaced.has(header.toLowerCase()));
  const type = headers.find(([header]) => header.toLowerCase() === 'content-type')?.[1] ?? '';
  const sandbox = /^application\/pdf\b/i.test(type) ? "object-src 'self'; " : 'sandbox; ';
  const policy = `default-src 'none'; ${sandbox}img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'`;
  const own: readonly (readonly [string, string])[] = [
    ['Content-Disposition', 'inline'],
    ['Content-Security-Policy', policy],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['X-Content-Type-Options', 'nosniff'],
  ];
  return { ...answer, headers: [...headers, ...own] };
}

/** The version that was shared; undefined: whichever is the current one. */
function versionOf({ share }: SharedRequest): string | undefined {
  return share.target.kind === 'keys' ? share.target.versionId : undefined;
}

/** SHR-8: the file is saved under the last part of its key. */
function named(answer: WireAnswer, key: string): WireAnswer {
  const name =
    key
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? 'file';
  const headers = answer.headers.filter(([header]) => header.toLowerCase() !== 'content-disposition');
  return { ...answer, headers: [...headers, ['Content-Disposition', attachment(name)]] };
}

/** The page of one file: nothing is claimed for it (SHR-7). */
async function pageOfFile(shared: SharedRequest, key: string, permit: Permit): Promise<WireAnswer> {
  const { server, share, use, path, name, note } = shared;
  const record = await server.tools.store.readObject({
    bucket: share.target.bucket,
    key,
    versionId: versionOf(shared),
  });
  if (!permit.admits(record)) throw new S3Error({ code: 'AccessDenied' });
  const fileName = key.split('/').at(-1) ?? key;
  const limit = use.terms?.uses;
  const counted = limit === undefined ? undefined : await server.links.store.readLink(share.linkId);
  const left = limit === undefined ? undefined : Math.max(0, limit - (counted?.uses.count ?? 0));
  if (left === 0 && counted?.uses.open === 0) throw deniedLink('LinkUsesSpent', {});
  const action = name === undefined || name === '' ? path : `${path}/${uriEncodePath(name)}`;
  const sum = record.checksums?.type === 'FULL_OBJECT' ? record.checksums.values.SHA256 : undefined;
  const frame = pageFrameOf(shared.wire, server);
  const body = filePage(
    {
      title: share.title,
      name: fileName,
      note: share.note,
      sizeBytes: record.sizeBytes,
      type: record.contentType ?? defaultContentType,
      life: lifeOf(shared),
      uses: limit === undefined || left === undefined ? undefined : { limit, left },
      action,
      method: use.terms?.confirm === true ? 'post' : 'get',
      preview: await previewOf(shared, record, `${action}?preview`),
      sha256: sum === undefined ? undefined : Buffer.from(sum, 'base64').toString('hex'),
      url: `${originOf(shared)}${path}/${uriEncodePath(fileName)}`,
    },
    frame,
  );
  return { status: 200, headers: headersOfPage(frame), body, note };
}

function lifeOf({ share, server }: SharedRequest): ShareLife {
  return { madeAtMs: share.createdAtMs, endsAtMs: share.expiresAtMs, nowMs: server.tools.clock.nowMs() };
}

function redirect({ path, note }: SharedRequest): WireAnswer {
  return { status: 308, headers: [['Location', `${path}/`]], body: undefined, note };
}

/** The names of a share: JSON for programs, a page for people. */
async function admitList(shared: SharedRequest): Promise<Admission> {
  const { wire, share, path, query, isVisitor } = shared;
  const { bucket } = share.target;
  const prefix = shareFolder(share.target);
  const href = (name: string): string => `${path}/${uriEncodePath(name)}`;
  const list = performable('ListShare', 'GET', async ({ permit }, { store }) => {
    const after = query.get('after') ?? '';
    const found = await storeOf(shared, store).listObjects({
      bucket,
      prefix,
      delimiter: undefined,
      after,
      limit: pageKeys,
    });
    const files: (ListedObject & { readonly name: string; readonly href: string })[] = [];
    for (const entry of found.entries) {
      if (entry.kind !== 'entry') continue;
      const { key } = entry.entry;
      const name = key.slice(prefix.length);
      if (!isBelow(name)) continue;
      if (await mayReadListed(permit, store, { bucket, key })) files.push({ ...entry.entry, name, href: href(name) });
    }
    if (isVisitor) {
      const frame = pageFrameOf(wire, shared.server);
      const title = share.title ?? (prefix.split('/').at(-2) || undefined);
      const hasMore = found.next !== undefined;
      const { note } = share;
      return pageOutput(
        filesPage({ note, title, files, hasMore, life: lifeOf(shared), zipHref: `${path}/?zip` }, frame),
        frame,
      );
    }
    const items = files.map(({ name, sizeBytes, etag, modifiedAtMs, href }) => ({
      ...{ name, size: sizeBytes, etag },
      modified: new Date(modifiedAtMs).toISOString(),
      path: href,
    }));
    const text = `${JSON.stringify({ title: share.title ?? null, items, next: found.next ?? null })}\n`;
    return { text: { contentType: 'application/json', text }, headers: { 'X-Content-Type-Options': 'nosniff' } };
  });
  return admitShared(shared, list, await listPermit(shared), { consumes: 'free' });
}

async function admitZip(shared: SharedRequest): Promise<Admission> {
  const { share } = shared;
  const { bucket } = share.target;
  const prefix = shareFolder(share.target);
  const zip = performable('ZipShare', 'GET', async ({ permit }, { store }) => {
    const files = storeOf(shared, store);
    const mayRead = ({ key }: { readonly key: string }) => mayReadListed(permit, store, { bucket, key });
    const plan = await planZip(files, { bucket, prefix, mayRead });
    return zipOutput(files, plan, prefix, share.title ?? (prefix.split('/').at(-2) || 'files'));
  });
  return admitShared(shared, zip, await listPermit(shared), { consumes: 'operation' });
}

/** What a share shows of its folder: the keys of a list, found one by one, or all below a prefix. */
function storeOf({ share: { target } }: SharedRequest, store: ObjectStore): ZipStore {
  if (target.kind === 'prefix') return store;
  const { bucket, keys } = target;
  return {
    openObject: (object) => store.openObject(object),
    async listObjects() {
      const entries: { readonly kind: 'entry'; readonly entry: ListedObject }[] = [];
      for (const key of [...keys].sort()) {
        const entry = await readIfThere(store, bucket, key);
        if (entry !== undefined) entries.push({ kind: 'entry', entry });
      }
      return { entries, next: undefined };
    },
  };
}

async function readIfThere(store: ObjectStore, bucket: string, key: string): Promise<ListedObject | undefined> {
  try {
    return await store.readObject({ bucket, key });
  } catch (error) {
    // Removed since it was shared: the others are still there.
    if (error instanceof S3Error && error.code === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** A prefix is listed with the right to list it; named keys need none but that to read each. */
function listPermit(shared: SharedRequest): Promise<Permit> {
  const { target } = shared.share;
  const operation = { name: 'ListShare', action: target.kind === 'prefix' ? 's3:ListBucket' : 'public' };
  return authorizeShared(shared, operation, shareFolder(target));
}
