import { randomUUID } from 'node:crypto';
import { type AdminOperations, adminRoutes, tidegate } from '@tidegate/presign/admin';
import type { Call } from '../core/command.ts';
import { CliError, exitCodes } from '../core/errors.ts';
import { type HttpAnswer, readDocumentText, sendWithRetries } from './http-client.ts';
import { httpOptions } from './http-options.ts';
import { answerFailure, headerText } from './s3-answer.ts';
import { clientFor } from './s3-call.ts';

/** What an operation of the admin API answers. */
export type Answered<Name extends keyof AdminOperations> = AdminOperations[Name]['output'];

type Ask<Name extends keyof AdminOperations> = (
  given: AdminOperations[Name]['input'],
  options: object,
) => Promise<Answered<Name>>;

/**
 * Asks the admin API by the library's own client, with this command line's way of sending, trying again, and telling failures.
 * @param about what it is about, for failures: `lk_5kq2xw7hzr3nmb4c`
 * @param endpoint another address of the same server
 * @throws CliError
 */
export async function askApi<Name extends keyof AdminOperations>(
  call: Call,
  name: Name,
  input: AdminOperations[Name]['input'],
  about: string,
  endpoint?: string,
): Promise<Answered<Name>> {
  const { connection: own } = clientFor(call);
  const connection = endpoint === undefined ? own : { ...own, endpoint };
  const client = tidegate({
    endpoint: connection.endpoint,
    credentials: connection.credentials,
    region: connection.region,
    now: () => new Date(call.world.nowMs()),
    fetch: async (url, init = {}) => {
      const answer = await sendWithRetries(
        {
          method: init.method ?? 'GET',
          url: String(url),
          // Sound: the client gives a plain object.
          headers: { ...(init.headers as Record<string, string>) },
          body: typeof init.body === 'string' ? Buffer.from(init.body) : undefined,
        },
        httpOptions(call),
      );
      refuseOthers(answer, connection.endpoint, about);
      if (answer.status < 200 || answer.status >= 300) throw await answerFailure(answer, about, connection);
      const text = await readDocumentText(answer);
      const headers = { 'content-type': headerText(answer, 'content-type') ?? '' };
      // 204 and a body, even an empty one, do not go together.
      return new Response(text === '' ? null : text, { status: answer.status, headers });
    },
  });
  // A request that is tried again after a broken answer must not be done twice.
  const once = adminRoutes[name].startsWith('POST ') ? { idempotencyKey: randomUUID() } : {};
  // As a table over all names, so that the compiler looks at the one that is asked for.
  const asks: { readonly [Each in keyof AdminOperations]: Ask<Each> } = client;
  return await asks[name](input, once);
}

/** Any other server that answers is named as such. */
function refuseOthers(answer: HttpAnswer, endpoint: string, about: string): void {
  if (headerText(answer, 'server') === 'Tidegate') return;
  answer.body.resume();
  throw new CliError({
    exit: exitCodes.refused,
    what: `${endpoint} is not a Tidegate; it does not have ${about}.`,
    fix: 'Check profile and endpoint:  tidegate doctor',
    code: 'NotTidegate',
  });
}
