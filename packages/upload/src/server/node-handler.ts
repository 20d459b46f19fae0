/** A request of `node:http`, Express, Fastify (`request.raw`) or the pages of Next, as far as it is read here. */
export type NodeRequest = AsyncIterable<Uint8Array | string> & {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Where a framework has read the body already. */
  readonly body?: unknown;
};

/** A response of `node:http`, as far as it is written here. */
export type NodeResponse = {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string | readonly string[]): unknown;
  end(text?: string): unknown;
};

type Handler = (request: Request) => Promise<Response>;
type NodeHandler = (request: NodeRequest, response: NodeResponse, next?: (error?: unknown) => void) => Promise<void>;

/** As the handler bounds it too; here so that no more is kept. */
const mostBodyBytes = 1_048_576;

/** The body as text. Longer than the bound, it comes cut: what follows refuses it as no JSON. */
async function readBody(request: NodeRequest): Promise<string> {
  const { body } = request;
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  if (body !== undefined && body !== null) return JSON.stringify(body);
  const decoder = new TextDecoder();
  let text = '';
  let readBytes = 0;
  for await (const chunk of request) {
    readBytes += chunk.length;
    if (readBytes > mostBodyBytes) return '';
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * The handler for `node:http` and what is built on it. An error that is no refusal goes to `next` where there is one, else to
 * `onError`, and is answered 500.
 */
export function toNodeHandler(handler: Handler, onError?: (error: unknown) => void): NodeHandler {
  return async (request, response, next) => {
    try {
      const { method = 'GET', url = '/', headers } = request;
      const given = new Headers();
      for (const [name, value] of Object.entries(headers)) {
        if (!name.startsWith(':') && value !== undefined)
          given.set(name, Array.isArray(value) ? value.join(', ') : value);
      }
      const hasBody = method !== 'GET' && method !== 'HEAD';
      // Routers cut their own prefix off; only the host matters here, and only to an application that asks for it.
      const address = new URL(
        url.startsWith('/') ? url.replace(/^\/+/, '/') : '/',
        `http://${given.get('host') ?? 'localhost'}`,
      );
      const answer = await handler(
        new Request(address, { method, headers: given, ...(hasBody ? { body: await readBody(request) } : {}) }),
      );
      response.statusCode = answer.status;
      for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
      const cookies = answer.headers.getSetCookie();
      if (cookies.length > 0) response.setHeader('set-cookie', cookies);
      response.end(await answer.text());
    } catch (error) {
      if (next !== undefined) return next(error);
      onError?.(error);
      if (!response.headersSent) response.statusCode = 500;
      response.end();
    }
  };
}
