import { z } from 'zod';
import type { AdminEndpoint } from './endpoint.ts';

/** A JSON Schema, as far as it is looked into here. */
type Schema = Record<string, unknown>;

const base = '/_/api/v1';

/** The document of a refusal (ADM-9). */
const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  reason: z.string().nullable(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  field: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), detail: z.string(), hint: z.string().optional() })).optional(),
  requestId: z.string(),
});

/** ADM-10: the OpenAPI document of the endpoints, made of the very schemas that requests and answers are checked by. */
export function openApiDocument(
  endpoints: readonly AdminEndpoint[],
  version: string,
): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = `${base}${endpoint.path}`;
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tidegate admin API',
      version,
      description:
        'Requests are signed in their Authorization header with Signature Version 4 (service s3, any region), with the SHA-256 of the body in x-amz-content-sha256. ' +
        'Clients pass over members of answers that they do not know.',
    },
    paths,
    components: {
      schemas: { Problem: answerSchema(problem) },
      securitySchemes: {
        sigv4: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'AWS4-HMAC-SHA256' },
      },
    },
    security: [{ sigv4: [] }],
  };
}

function operationOf(endpoint: AdminEndpoint): Schema {
  const { method, path, action, text, who, query, body, status, answer, answers } = endpoint;
  const mediaType = answers === 'events' ? 'text/event-stream' : 'application/json';
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const asked = requestSchema(query);
  const inQuery = Object.entries(propertiesOf(asked)).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema,
  }));
  const inHeader = [
    ...(method === 'POST'
      ? [header('Idempotency-Key', 'The same request with the same key is done once (24 h).')]
      : []),
    ...(answers === 'events' ? [header('Last-Event-ID', 'Goes on behind this event.')] : []),
    ...(method === 'PATCH' ? [header('If-Match', 'ETag of the state that is changed.')] : []),
  ];
  return {
    operationId: operationId(action),
    summary: text,
    'x-tidegate-who': who,
    parameters: [...inPath, ...inQuery, ...inHeader],
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: requestSchema(body) } } },
    }),
    responses: {
      [status]: {
        description: status === 201 ? 'Made.' : 'Done.',
        ...(answer !== undefined && { content: { [mediaType]: { schema: answerSchema(answer) } } }),
      },
      default: {
        description: 'Refused.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

/** `tidegate:ListLinks` is `listLinks`. */
function operationId(action: string): string {
  const name = action.slice(action.indexOf(':') + 1);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function header(name: string, description: string): Schema {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}

function requestSchema(schema: z.ZodType): Schema {
  return withoutDialect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
}

/** Answers may have more members than are named here. */
function answerSchema(schema: z.ZodType): Schema {
  return withoutDialect(
    z.toJSONSchema(schema, {
      io: 'input',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    }),
  );
}

/** OpenAPI 3.1 says itself which dialect it is. */
function withoutDialect({ $schema, ...schema }: Schema): Schema {
  return schema;
}

function propertiesOf(schema: Schema): Readonly<Record<string, unknown>> {
  const { properties } = schema;
  // Sound: the schema is that of an object.
  return typeof properties === 'object' && properties !== null ? (properties as Record<string, unknown>) : {};
}
