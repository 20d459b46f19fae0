import { attachment, uriEncodePath, viewUnsigned } from '@tidegate/presign';
import { defaultContentType, refusal, S3Error } from '@tidegate/protocol';
import type { WireAnswer } from '../http/wire.ts';
import { deniedLink } from '../links/judge-link.ts';
import { planZip, ZipBody } from '../links/zip.ts';
import { headersOfPage } from '../pages/page.ts';
import { filePage, filesPage, type ShareLife } from '../pages/share-page.ts';
import { ShareRefusal } from '../pages/share-refusal.ts';
import { authorize } from '../policy/authorize.ts';
import { mayReadListed } from '../policy/may-read.ts';
import { claimRead, partOf } from '../s3/link-use.ts';
import type { Permit } from '../s3/operation.ts';
import { pageFrameOf } from '../s3/page-frame.ts';
import { readInput } from '../s3/read-input.ts';
import { writeOutput } from '../s3/write-output.ts';
import { shareFolder } from '../stores/links/share-store.ts';
import type { ListedObject, ObjectStore } from '../stores/objects/object-store.ts';
import { mayShow, previewOf } from './preview.ts';
import { factsOfShared, originOf, type SharedRequest } from './shared-request.ts';

/** Names of one page of a share's list. */
const pageKeys = 1000;
const jsonHeaders: readonly (readonly [string, string])[] = [
  ['Content-Type', 'application/json'],
  ['X-Content-Type-Options', 'nosniff'],
];

/** Answers a share: its file, one of its files, their list, or all of them as a ZIP (SHR-5, SHR-6). */
export async function answerShared(shared: SharedRequest): Promise<WireAnswer> {
  const { wire, share, name, query } = shared;
  const { target } = share;
  if (wire.method !== 'GET' && wire.method !== 'HEAD' && wire.method !== 'POST') {
    throw new ShareRefusal('ShareMethod', { allow: 'GET, HEAD, POST' });
  }
  const [only, ...others] = target.kind === 'keys' ? target.keys : [];
  if (only !== undefined && others.length === 0) {
    // Behind the slash any name will do: it is how a download gets its name where a program takes it from the URL.
    return answerFile(shared, only, name !== undefined && name !== '');
  }
  if (name === undefined) return redirect(shared);
  if (name === '') return query.has('zip') ? answerZip(shared) : answerList(shared);
  const key = shareFolder(target) + name;
  const isShared = target.kind === 'keys' ? target.keys.includes(key) : isBelow(name);
  if (!isShared) throw refusal('NoSuchKey', { Key: name });
  return await answerFile(shared, key, true);
}

/** A name below a prefix leads nowhere else (SIG-48b). */
function isBelow(name: string): boolean {
  return !name.split('/').some((segment) => segment === '' || segment === '.' || segment === '..');
}

async function answerFile(shared: SharedRequest, key: string, isNamed: boolean): Promise<WireAnswer> {
  const { wire, server, share, use, query, isVisitor, note } = shared;
  const { bucket } = share.target;
  const method = wire.method === 'HEAD' ? 'HEAD' : 'GET';
  const view = viewUnsigned(wire.rawHeaders, []);
  const operation = server.router.match({ method, bucket, key, query: [], view });
  const versionId = versionOf(shared);
  const asked = versionId === undefined ? [] : [['versionId', versionId] as const];
  const input = readInput(operation, viewUnsigned(wire.rawHeaders, asked));
  const facts = factsOfShared(shared);
  const permit = await authorize(
    { caller: callerOf(shared), operation, target: { bucket, key }, input, facts },
    server.tools,
  );
  const isPreview = query.has('preview') && wire.method !== 'POST';
  if (isPreview) await checkPreview(shared, key, permit);
  const isAsked =
    wire.method === 'POST' || isPreview || query.has('download') || (isNamed && share.limits.confirm !== true);
  const isConfirmed = use.terms?.confirm !== true || wire.method === 'POST';
  if (wire.method !== 'HEAD' && isVisitor && !(isAsked && isConfirmed)) return pageOfFile(shared, key, permit);
  const output = await operation.handle(
    {
      target: permit.target,
      permit,
      input,
      caller: { owner: shared.key.account, accessKeyId: shared.key.accessKeyId, presigned: true },
      bucketUrl: '',
      body: noBody,
      // Sound: reading an object takes no document.
      document: '' as never,
    },
    server.tools,
  );
  const place = { operation, method, cors: [], presigned: true, objectCsp: server.objectCsp, note: { ...note, key } };
  const written = await writeOutput(output, place);
  if (isPreview) return claimRead(use, wire, inline(written), 'free');
  const answer = named(written, key);
  return claimRead(use, wire, answer, partOf(output)); //   LinkUsesSpent, LinkClientsSpent, LinkBytesSpent
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
async function answerList(shared: SharedRequest): Promise<WireAnswer> {
  const { wire, share, path, query, use, isVisitor, note } = shared;
  const { bucket } = share.target;
  const prefix = shareFolder(share.target);
  const permit = await listPermit(shared);
  const store = storeOf(shared);
  const found = await store.listObjects({
    bucket,
    prefix,
    delimiter: undefined,
    after: query.get('after') ?? '',
    limit: pageKeys,
  });
  const objects: ListedObject[] = [];
  for (const entry of found.entries) {
    if (entry.kind !== 'entry' || !isBelow(entry.entry.key.slice(prefix.length))) continue;
    if (await mayReadListed(permit, store, { bucket, key: entry.entry.key })) objects.push(entry.entry);
  }
  const href = (name: string): string => `${path}/${uriEncodePath(name)}`;
  if (isVisitor) {
    const list = {
      note: share.note,
      title: share.title ?? (prefix.split('/').at(-2) || undefined),
      files: objects.map(({ key, sizeBytes }) => {
        const name = key.slice(prefix.length);
        return { name, sizeBytes, href: href(name) };
      }),
      hasMore: found.next !== undefined,
      life: lifeOf(shared),
      zipHref: `${path}/?zip`,
    };
    const frame = pageFrameOf(wire, shared.server);
    const body = filesPage(list, frame);
    return claimRead(use, wire, { status: 200, headers: headersOfPage(frame), body, note }, 'free');
  }
  const items = objects.map(({ key, sizeBytes, etag, modifiedAtMs }) => ({
    name: key.slice(prefix.length),
    size: sizeBytes,
    etag,
    modified: new Date(modifiedAtMs).toISOString(),
    path: href(key.slice(prefix.length)),
  }));
  const body = `${JSON.stringify({ title: share.title ?? null, items, next: found.next ?? null })}\n`;
  return claimRead(use, wire, { status: 200, headers: jsonHeaders, body, note }, 'free');
}

async function answerZip(shared: SharedRequest): Promise<WireAnswer> {
  const { wire, share, use, note } = shared;
  const { bucket } = share.target;
  const prefix = shareFolder(share.target);
  const permit = await listPermit(shared);
  const store = storeOf(shared);
  const plan = await planZip(store, {
    bucket,
    prefix,
    mayRead: ({ key }) => mayReadListed(permit, store, { bucket, key }),
  });
  const name = share.title ?? (prefix.split('/').at(-2) || 'files');
  const answer: WireAnswer = {
    status: 200,
    headers: [
      ['Content-Type', 'application/zip'],
      ['Content-Disposition', attachment(`${name}.zip`)],
      ['Accept-Ranges', 'none'],
      ['ETag', `"${plan.etag}"`],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body: wire.method === 'HEAD' ? undefined : new ZipBody(store, plan),
    note,
  };
  return claimRead(use, wire, answer, { key: prefix, etag: plan.etag, objectBytes: plan.sizeBytes, offset: 0 });
}

/** What of the folder was shared: the keys of a list, found one by one, or all below a prefix. */
function storeOf({ share, server }: SharedRequest): ObjectStore {
  const { store } = server.tools;
  const { target } = share;
  if (target.kind === 'prefix') return store;
  const { bucket, keys } = target;
  return {
    ...store,
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
  const { server, share } = shared;
  const { target } = share;
  const operation = { name: 'ListShare', action: target.kind === 'prefix' ? 's3:ListBucket' : 'public' };
  const key = shareFolder(target);
  return authorize(
    {
      caller: callerOf(shared),
      operation,
      target: { bucket: target.bucket, key },
      input: {},
      facts: factsOfShared(shared),
    },
    server.tools,
  );
}

/** SHR-4: whoever uses a share acts with the rights of the key that made it, as of now (SEC-230). */
export function callerOf({ key }: Pick<SharedRequest, 'key'>) {
  return { kind: 'signed', key, presigned: true } as const;
}

const noBody = {
  get stream(): never {
    throw new Error('Reading an object takes no body.');
  },
  sizeBytes: 0,
  trailers: () => new Map<string, string>(),
};
