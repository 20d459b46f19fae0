import assert from 'node:assert/strict';
import { rootCredentials, startTestServer, type TestServer, type TestServerOptions } from './test-server.ts';

/** What one call of the admin API was answered. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed; `JSON.parse` says nothing of its shape, the OpenAPI document does. */
  readonly value: ReturnType<typeof JSON.parse>;
};

export type ApiOptions = {
  readonly credentials?: typeof rootCredentials;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A server whose admin API is asked, and every answer of it compared with the OpenAPI document (ADM-10). */
export type AdminFixture = {
  readonly server: TestServer;
  /** @param path behind `/_/api/v1` */
  api(method: string, path: string, body?: unknown, options?: ApiOptions): Promise<Answer>;
  /** Makes a key of another account or role. */
  makeKey(body: Readonly<Record<string, unknown>>): Promise<typeof rootCredentials>;
  /** Makes a bucket with one object. */
  putObject(bucket: string, key: string, body: string, credentials?: typeof rootCredentials): Promise<void>;
  /** Operations of the document that were answered as it says. */
  readonly covered: ReadonlySet<string>;
};

type Schema = Readonly<Record<string, unknown>>;

export async function openAdminFixture(options: TestServerOptions = {}): Promise<AdminFixture> {
  const server = await startTestServer(options);
  const document = await (await server.signed('GET', '/_/api/openapi.json')).json();
  const covered = new Set<string>();
  const api: AdminFixture['api'] = async (method, path, body, { credentials, headers } = {}) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await server.signed(method, `/_/api/v1${path}`, {
      headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(text !== undefined && { body: text }),
      ...(credentials !== undefined && { credentials }),
    });
    const answered = await answer.text();
    const value = answered === '' ? undefined : JSON.parse(answered);
    const operation = operationOf(document, method, path.split('?')[0] ?? '');
    if (operation !== undefined) {
      assertDescribed(document, operation, answer, value);
      if (answer.ok) covered.add(String(operation['operationId']));
    }
    return { status: answer.status, headers: answer.headers, text: answered, value };
  };
  return {
    server,
    api,
    covered,
    async makeKey(body) {
      const made = await api('POST', '/keys', body);
      assert.equal(made.status, 201, made.text);
      return { accessKeyId: made.value.id, secretAccessKey: made.value.secretAccessKey };
    },
    async putObject(bucket, key, body, credentials = rootCredentials) {
      await server.signed('PUT', `/${bucket}`, { credentials });
      const put = await server.signed('PUT', `/${bucket}/${key}`, { body, credentials });
      assert.equal(put.status, 200, await put.text());
    },
  };
}

function operationOf(document: Schema, method: string, path: string): Schema | undefined {
  const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  const candidates = Object.keys(paths).filter((template) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(`/_/api/v1${path}`),
  );
  // A written-out segment beats a place for any.
  const [best] = candidates.toSorted((one, other) => one.split('{').length - other.split('{').length);
  return best === undefined ? undefined : paths[best]?.[method.toLowerCase()];
}

function assertDescribed(document: Schema, operation: Schema, answer: Response, value: unknown): void {
  const name = String(operation['operationId']);
  const responses = operation['responses'] as Readonly<Record<string, Schema>>;
  const response = responses[String(answer.status)] ?? (answer.ok ? undefined : responses['default']);
  assert.ok(response !== undefined, `${name} answered ${answer.status}, which its description has not`);
  assert.ok(answer.headers.get('x-request-id'), `${name} answered without x-request-id`);
  const content = response['content'] as Readonly<Record<string, { readonly schema: Schema }>> | undefined;
  if (content === undefined) {
    assert.equal(value, undefined, `${name} answered a body`);
    return;
  }
  const [type] = Object.keys(content);
  assert.ok(
    answer.headers.get('content-type')?.startsWith(type ?? '-'),
    `${name}: ${answer.headers.get('content-type')}`,
  );
  const faults = faultsOf(document, content[type ?? '']?.schema ?? {}, value, name);
  assert.deepEqual(faults, [], JSON.stringify(value));
}

/** Where a value differs from its schema: the part of JSON Schema that zod writes, and members that are not described. */
function faultsOf(document: Schema, schema: Schema, value: unknown, at: string): string[] {
  // Anything.
  if (Object.keys(schema).length === 0) return [];
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const target = reference
      .split('/')
      .slice(1)
      .reduce<unknown>((node, name) => (node as Schema)[name], document);
    return faultsOf(document, target as Schema, value, at);
  }
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (options !== undefined) {
    const all = options.map((option) => faultsOf(document, option, value, at));
    return all.some((faults) => faults.length === 0) ? [] : (all[0] ?? [`${at} fits nothing`]);
  }
  if ('const' in schema && schema['const'] !== value) return [`${at} is not ${JSON.stringify(schema['const'])}`];
  const words = schema['enum'] as readonly unknown[] | undefined;
  if (words !== undefined && !words.includes(value)) return [`${at} is not one of ${words.join()}`];
  const faults: string[] = [];
  const { type } = schema;
  if (type !== undefined && !hasType(value, type)) return [`${at} is ${JSON.stringify(value)}, not ${String(type)}`];
  if (
    typeof value === 'string' &&
    typeof schema['pattern'] === 'string' &&
    !new RegExp(schema['pattern']).test(value)
  ) {
    faults.push(`${at} is not written as ${schema['pattern']}`);
  }
  if (Array.isArray(value)) {
    const items = (schema['items'] ?? {}) as Schema;
    for (const [n, item] of value.entries()) faults.push(...faultsOf(document, items, item, `${at}[${n}]`));
  } else if (typeof value === 'object' && value !== null) {
    const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
    for (const name of (schema['required'] ?? []) as readonly string[]) {
      if (!(name in value)) faults.push(`${at}.${name} is missing`);
    }
    for (const [name, member] of Object.entries(value)) {
      const known = properties[name] ?? schema['additionalProperties'];
      if (known === undefined || known === false) faults.push(`${at}.${name} is not described`);
      else faults.push(...faultsOf(document, known as Schema, member, `${at}.${name}`));
    }
  }
  return faults;
}

function hasType(value: unknown, type: unknown): boolean {
  if (Array.isArray(type)) return type.some((one) => hasType(value, one));
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
