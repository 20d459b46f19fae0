import { type Explanation, explain, inspect } from '@tidegate/presign';
import { fillReason, isReason } from '@tidegate/presign/internal';
import { headerOf, type PastedError, type PastedRequest, readCurlCommand, readPastedError } from '@tidegate/protocol';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { timeFlag } from '../../core/flag-values.ts';
import { cutUrlHint } from '../../core/target.ts';
import { type Connection, connect } from '../../s3/connection.ts';
import { splitUrl } from '../../s3/http-client.ts';
import { readAll, readSecretLine } from '../../terminal/stdin.ts';
import { type Paint, printable } from '../../terminal/style.ts';

/**
 * `explain`: judges a URL check by check, on this machine. With the secret of its key (the profile's, or stdin) the signature is
 * judged too; without it everything that needs none. The profile's server is asked where the secret is not here, and where all
 * that can be judged here holds.
 */
export async function run(call: Call): Promise<number> {
  const { args, flags, world } = call;
  if (args[0] === '-' && flags.has('secret-stdin')) throw wrongUse('stdin gives the URL or the secret; not both.');
  const text = (args[0] === '-' ? await readAll(world.stdin) : (args[0] ?? '')).trim();
  const error = readPastedError(text);
  const request = error === undefined ? (readCurlCommand(text) ?? { url: text, headers: [] }) : error.request;
  if (request === undefined && error !== undefined) return explainError(error, call);
  if (request === undefined || request.url === '')
    throw wrongUse('explain needs a URL, a curl command or an XML error.');
  const hint = cutUrlHint(request.url);
  if (hint !== undefined) throw wrongUse(hint, "Like  tidegate explain 'https://…'");
  const nowMs = world.nowMs();
  const at = timeFlag(flags, 'at', nowMs);
  const connection = flags.has('secret-stdin') ? undefined : connectionOf(call);
  const secret = flags.has('secret-stdin')
    ? await readSecretLine(world.stdin)
    : ownSecret(request.url, connection, call);
  const mayAsk = connection !== undefined && at === undefined && !flags.has('local');
  const answer = mayAsk && secret === undefined ? await askServer(call, request) : undefined;
  if (answer !== undefined) return tellAnswer(answer, call, error);
  const explanation = explain(
    { url: request.url, ...methodOf(request, call), headers: headersOf(request, call) },
    {
      ...(secret !== undefined && { secret }),
      now: at ?? new Date(nowMs),
      domains: likelyHosts(request.url, connection),
    },
  );
  // Only the server knows whether the link is revoked or used up, so "holds" is only half an answer while the server can be asked.
  // Only the server knows its public address and whether a proxy changed the path, too.
  const isServers = explanation.outcome === 'holds' || explanation.cause?.signWith !== undefined;
  const rest = mayAsk && secret !== undefined && isServers ? await askServer(call, request) : undefined;
  return rest !== undefined && rest.outcome !== 'unknown'
    ? tellAnswer(rest, call, error)
    : tell(explanation, call, error);
}

type ServerAnswer = Awaited<ReturnType<typeof ask>>;

/** What the profile's server says. undefined: it cannot be asked, or knows nothing of this. */
async function askServer(call: Call, request: PastedRequest): Promise<ServerAnswer | undefined> {
  const { output } = call;
  try {
    return await ask(call, request);
  } catch (error) {
    if (!(error instanceof CliError) || error.parts.exit === exitCodes.wrongUse) throw error;
    output.talk(`  ${error.parts.what} Judged here alone.`);
    return undefined;
  }
}

async function ask(call: Call, request: PastedRequest) {
  const { askApi } = await import('../../s3/admin-api.ts');
  const headers = Object.fromEntries(headersOf(request, call));
  return await askApi(call, 'explainUrl', { url: request.url, ...methodOf(request, call), headers }, 'this URL');
}

function tellAnswer(answer: ServerAnswer, call: Call, error: PastedError | undefined): number {
  const { output } = call;
  if (answer.outcome === 'unknown') {
    output.talk('  The server shows a key of its account no more than a stranger sees.');
  }
  const { text, outcome, cause, ...document } = answer;
  if (output.isJson) output.json({ outcome, cause, ...document });
  else {
    for (const line of text.split('\n')) output.answer(painted(printable(line), output.paint));
    if (error !== undefined) output.answer(`  The store said  ${printable(`${error.code}: ${error.message}`)}`);
    showBytes(answer, call);
  }
  if (answer.outcome === 'unknown') throw unjudged(answer.inspection.accessKeyId);
  return answer.outcome === 'fails' ? exitCodes.fault : exitCodes.done;
}

function methodOf(request: PastedRequest, { flags }: Call): { method?: string } {
  const method = flags.text('method')?.toUpperCase() ?? request.method;
  return method === undefined ? {} : { method };
}

function headersOf(request: PastedRequest, { flags }: Call): [string, string][] {
  const given = flags.list('header').map((line) => {
    const [header] = headerOf(line);
    if (header === undefined) throw wrongUse(`-H "${line}" is not a header. Write -H 'name: value'.`);
    return header;
  });
  const host = flags.text('host');
  const all = [...request.headers, ...given, ...(host === undefined ? [] : [['host', host] as const])];
  return all.map(([name, value]) => [name, value]);
}

/** The connection of the profile. No credentials is a state here, not a failure; a profile that was named must be there. */
function connectionOf({ flags, world }: Call): Connection | undefined {
  try {
    return connect(flags, world);
  } catch (error) {
    if (flags.has('profile') || flags.has('data') || !isMissing(error)) throw error;
    return undefined;
  }
}

/** The secret of the key that the URL names, if it is the profile's. */
function ownSecret(url: string, connection: Connection | undefined, { output }: Call): string | undefined {
  const { accessKeyId } = inspect(url);
  if (accessKeyId === undefined || connection === undefined) return undefined;
  if (connection.credentials.accessKeyId === accessKeyId) return connection.credentials.secretAccessKey;
  output.talk(`  The URL is signed by ${accessKeyId}; ${connection.origin} is ${connection.credentials.accessKeyId}.`);
  return undefined;
}

/** Hosts that the URL may have been signed for: its own, the profile's endpoint, and this machine at the same ports. */
function likelyHosts(url: string, connection: Connection | undefined): string[] {
  const own = splitUrl(url).host.toLowerCase();
  const endpoint = connection === undefined ? '' : splitUrl(connection.endpoint).host.toLowerCase();
  const ports = [own, endpoint, ':9000', ''].map((host) => /:\d+$/.exec(host)?.[0] ?? '');
  const local = ports.flatMap((port) => [`localhost${port}`, `127.0.0.1${port}`, `[::1]${port}`]);
  return [...new Set([own, endpoint, ...local])].filter((host) => host !== '');
}

function isMissing(error: unknown): boolean {
  return error instanceof CliError && error.parts.code === 'CredentialsMissing';
}

function tell(explanation: Explanation, call: Call, error: PastedError | undefined): number {
  const { output } = call;
  if (output.isJson) output.json(documentOf(explanation));
  else {
    for (const line of String(explanation).split('\n')) output.answer(painted(printable(line), output.paint));
    if (error !== undefined) output.answer(`  The store said  ${printable(`${error.code}: ${error.message}`)}`);
  }
  if (!output.isJson) showBytes(explanation, call);
  if (explanation.outcome === 'fails') return exitCodes.fault;
  if (explanation.outcome === 'holds') return exitCodes.done;
  throw unjudged(explanation.inspection.accessKeyId);
}

/** The bytes that were signed, where `--canonical` asks for them. */
function showBytes(
  { canonicalRequest, stringToSign }: Pick<Explanation, 'canonicalRequest' | 'stringToSign'>,
  { flags, output }: Call,
): void {
  if (!flags.has('canonical')) return;
  for (const [title, text] of [
    ['Canonical request', canonicalRequest],
    ['String to sign', stringToSign],
  ] as const) {
    output.answer('');
    output.answer(`  ${title}`);
    output.answer(text === undefined ? '    (cannot be built: the URL is not well-formed)' : indented(text));
  }
}

function unjudged(accessKeyId: string | undefined): CliError {
  return new CliError({
    exit: exitCodes.wrongUse,
    what: `The signature is not judged: the secret of ${accessKeyId ?? 'its key'} is not here.`,
    why: 'Everything that needs no secret holds.',
    fix: 'Try  --profile NAME,  or  --secret-stdin < secret.txt',
    code: 'CredentialsMissing',
  });
}

function documentOf(explanation: Explanation): Record<string, unknown> {
  const { outcome, checks, cause, canonicalRequest, stringToSign, inspection } = explanation;
  return { outcome, cause: cause ?? null, checks, canonicalRequest, stringToSign, inspection };
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${printable(line)}`)
    .join('\n');
}

/** Colour by the mark a line begins with; the marks say it all without. */
function painted(line: string, paint: Paint): string {
  const mark = /^ *([✓✗!])/.exec(line)?.[1];
  if (mark === undefined) return line;
  const colour = mark === '✓' ? paint.good : mark === '✗' ? paint.bad : paint.warn;
  return line.replace(mark, () => colour(mark));
}

/** An error that does not carry the request: its code and reason, in the catalogue's words. */
function explainError(error: PastedError, { output }: Call): number {
  const known = error.reason !== undefined && isReason(error.reason) ? fillReason(error.reason) : undefined;
  if (output.isJson) {
    output.json({
      outcome: 'fails',
      code: error.code,
      message: error.message,
      reason: error.reason ?? null,
      hint: error.hint ?? null,
    });
    return exitCodes.fault;
  }
  const title = (known?.title ?? error.message)
    .replace(/\.$/, '')
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  output.answer(`${output.paint.bad('✗')} Fails: ${printable(title)}.  ${printable(error.reason ?? error.code)}`);
  const lines = [
    error.hint ?? known?.fix,
    known === undefined ? undefined : `The store said  ${error.code}: ${error.message}`,
  ];
  for (const line of lines) if (line !== undefined && line !== '') output.answer(`  ${printable(line)}`);
  output.answer('  Paste the URL itself to have it judged check by check.');
  return exitCodes.fault;
}
