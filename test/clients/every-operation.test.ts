import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { operations } from '@tidegate/server';
import { type BareAnswer, bareRequest } from '../bare-http.ts';
import { python } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { type Row, rows, type State } from './every-operation-rows.ts';
import { openPythonLines, type PythonLines } from './python-lines.ts';

const script = fileURLToPath(new URL('./presign_every.py', import.meta.url));

/** What boto3 signed, and what its signer would have sent along. */
type Signed = {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
};
type Form = { readonly url: string; readonly fields: Record<string, string> };

test('every operation of the server has a row, and every row an operation', () => {
  const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
  assert.deepEqual(sorted(rows.map(({ operation }) => operation)), sorted(operations.map(({ name }) => name)));
});

for (const signatureVersion of ['s3v4', 's3'] as const) {
  const isV2 = signatureVersion === 's3';
  describe(`presigned by boto3 with ${isV2 ? 'SigV2' : 'SigV4'}`, () => {
    const state: State = { uploadId: '', etag: '', copiedEtag: '', versionId: '' };
    let product: Product | undefined;
    let boto3: PythonLines | undefined;
    before(async () => {
      if (!isBoto3Here()) return;
      product = await startProduct();
      boto3 = openPythonLines(script, product.environment);
    });
    after(async () => {
      boto3?.close();
      await product?.stop();
    });

    for (const [at, row] of rows.entries()) {
      const name =
        isV2 && row.v2 !== undefined ? `${row.call} cannot be presigned and is refused` : `${row.call} holds`;
      test(`SIG-1 ${row.operation}, step ${at + 1}: ${name}`, async (t) => {
        if (boto3 === undefined) return t.skip('boto3 is not here');
        const params = typeof row.params === 'function' ? row.params(state) : row.params;
        const call = row.call.replace('preflight ', '');
        const signed = await boto3.ask({ signatureVersion, call, params });
        if (isV2 && row.v2 !== undefined) {
          assert.equal((await use(signed as Signed, row, isV2)).status, 403);
          return;
        }
        // Sound: what presign_every.py answers for these calls.
        const answer = await (call === 'generate_presigned_post'
          ? post(signed as Form)
          : useOnlyIfSigned(signed as Signed, row, isV2));
        assert.equal(answer.status, row.status ?? 200, answer.body.toString().slice(0, 600));
        if (row.has !== undefined) assert.match(answer.body.toString(), row.has);
        row.check?.(answer, state);
      });
    }
  });
}

/** Asked once: it takes Python a quarter of a second. A missing one is a failure in CI. */
function isBoto3Here(): boolean {
  const isHere = spawnSync(python, ['-c', 'import boto3'], { stdio: 'ignore' }).status === 0;
  if (!isHere && process.env['CI'] === 'true') throw new Error('boto3 does not run on this machine.');
  return isHere;
}

/** The same URL with another signature must do nothing, whatever the operation. */
async function useOnlyIfSigned(signed: Signed, row: Row, isV2: boolean): Promise<BareAnswer> {
  if (!row.call.startsWith('preflight ')) {
    const url = signed.url.replace(
      /([?&](?:X-Amz-)?Signature=)(.)/,
      (_, name, first) => name + (first === 'a' ? 'b' : 'a'),
    );
    assert.notEqual(url, signed.url);
    assert.equal((await use({ ...signed, url }, row, isV2)).status, 403, 'with another signature');
  }
  return use(signed, row, isV2);
}

function use(signed: Signed, row: Row, isV2: boolean): Promise<BareAnswer> {
  const body = Buffer.from(signed.body, 'base64');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(signed.headers)) {
    // SigV2 by boto3 moves them into the query.
    if (!(isV2 && name.toLowerCase().startsWith('x-amz-'))) headers[name] = value;
  }
  if (row.call.startsWith('preflight ')) return bareRequest(signed.url, { method: 'OPTIONS', ...extraOf(row) });
  return bareRequest(signed.url, {
    method: signed.method,
    headers: { ...headers, 'Content-Length': String(body.length), ...row.headers },
    ...(body.length === 0 ? {} : { body }),
  });
}

function extraOf({ headers }: Row): { readonly headers?: Readonly<Record<string, string>> } {
  return headers === undefined ? {} : { headers };
}

async function post({ url, fields }: Form): Promise<BareAnswer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob(['from a form']), 'a.txt');
  const request = new Response(form);
  return bareRequest(url, {
    method: 'POST',
    headers: { 'Content-Type': request.headers.get('content-type') ?? '' },
    body: new Uint8Array(await request.arrayBuffer()),
  });
}
