import { reasons } from '@tidegate/presign/internal';
import { errors, s3Operations } from '@tidegate/protocol';
import type { Command, Flag } from '../packages/cli/src/core/command.ts';
import { commands } from '../packages/cli/src/core/command-table.ts';
import { globalFlags } from '../packages/cli/src/core/global-flags.ts';
import { flagDefinition } from '../packages/cli/src/help/help.ts';
import { topics } from '../packages/cli/src/help/help-topics.ts';
import { kindText } from '../packages/presign/src/limits/limit-kinds.ts';
import { limitMeanings, limitRules } from '../packages/presign/src/limits/limit-rows.ts';
import { adminEndpoints } from '../packages/server/src/admin/index.ts';
import { adminCodes } from '../packages/server/src/admin/json/admin-codes.ts';
import { openApiDocument } from '../packages/server/src/admin/openapi.ts';
import { eventTypes } from '../packages/server/src/events/event-types.ts';
import { metricTexts } from '../packages/server/src/observe/metrics.ts';
import type { Operation } from '../packages/server/src/s3/operation.ts';
import { operations } from '../packages/server/src/s3/operations/index.ts';
import { settings } from '../packages/server/src/settings/list.ts';
import { code, formatPage, formatTable } from './reference-text.ts';

/** Every page of the reference: file name in docs/reference → how its text is made from the declarations. */
export const referencePages: Readonly<Record<string, () => string | Promise<string>>> = {
  'errors.md': writeErrors,
  'reasons.md': writeReasons,
  'limits.md': writeLimits,
  'settings.md': writeSettings,
  'operations.md': writeOperations,
  'metrics.md': writeMetrics,
  'events.md': writeEvents,
  'commands.md': writeCommands,
  'admin-api.md': writeAdminApi,
};

function writeEvents(): string {
  return formatPage(
    'Events',
    'Every type of event of the stream and of webhooks. Rules: spec/events.md.',
    formatTable(
      ['type', 'told when'],
      Object.entries(eventTypes).map(([type, text]) => [code(type), text]),
    ),
  );
}

function writeErrors(): string {
  const rows = Object.entries(errors).map(([name, entry]: [string, ErrorRow]) => [
    code(name),
    String(entry.status),
    entry.message,
    [...entry.fields, ...(entry.optional ?? []).map((field) => `${field}?`)].map(code).join(', '),
    entry.source,
  ]);
  return formatPage(
    'Errors',
    'Every error code that the server answers. A member with `?` is given where it applies. Codes are permanent, texts may change.',
    `${formatTable(['code', 'status', 'text', 'members', 'source'], rows)}
## Of the admin API alone

In its problem documents, beside those above.

${formatTable(
  ['code', 'meaning'],
  Object.entries(adminCodes).map(([name, text]) => [code(name), text]),
)}`,
  );
}

type ErrorRow = {
  readonly status: number;
  readonly message: string;
  readonly fields: readonly string[];
  readonly optional?: readonly string[];
  readonly source: string;
};

type ReasonRow = {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly text: string;
  readonly fix: string;
  readonly docs: string;
  readonly cause?: string;
};

function writeReasons(): string {
  const parts = Object.entries(reasons).map(([name, entry]: [string, ReasonRow]) => {
    const lines = [
      // By its own name too, as problem documents name it.
      `<a id="${entry.docs}"></a><a id="${name}"></a>`,
      `## ${name}`,
      `**${entry.title}.** ${entry.text}`,
      entry.fix === '' ? '' : `*What to do:* ${entry.fix}`,
      `Answered with ${entry.status} ${code(entry.code)}${entry.cause === undefined ? '' : `; cause ${code(entry.cause)}`}.`,
    ];
    return lines.filter((line) => line !== '').join('\n\n');
  });
  return formatPage(
    'Reasons',
    'The stable code next to the S3 error code. It says exactly why a request was refused. Texts in braces are placeholders.',
    parts.join('\n\n'),
  );
}

function writeLimits(): string {
  const rows = limitRules.map((rule) => [
    code(rule.name),
    code(rule.property),
    rule.methods.join(', '),
    kindText(rule.kind),
    limitMeanings[rule.property].help,
  ]);
  return formatPage(
    'Limits',
    'Parameters that narrow a link. They are signed with the URL, so whoever holds it cannot take them off. ' +
      'The rules of their grammar and of what they mean are in [spec/limits.md](../../spec/limits.md).',
    formatTable(['parameter', 'member in the library', 'signed for', 'value', 'what it does'], rows),
  );
}

function writeSettings(): string {
  const here = Object.entries(settings).filter(([, { notBuilt }]) => notBuilt === undefined);
  const rows = here.map(([name, entry]: [string, SettingRow]) => [
    [entry.flag, entry.environment, entry.toml, entry.secret && entry.toml ? `${entry.toml}_file` : undefined]
      .map((name) => code(name ?? ''))
      .filter((name) => name !== '')
      .join('<br>'),
    code(name),
    entry.kind.name,
    entry.secret ? 'secret' : entry.defaultText,
    entry.text,
  ]);
  return formatPage(
    'Settings',
    'A flag beats the environment, which beats `tidegate.toml`, which beats what was changed by `PATCH /_/api/v1/settings` (`log.level`, `links.ledger_days`, `links.ledger_max_links`, `links.client_address`: no start is needed). SIGHUP reads the file again for these, `[limits]`, webhooks and certificates. Each variable is also read as `…_FILE`, the path of a file that holds the value. A secret may be in `tidegate.toml` itself if only its owner can read that file; `…_file` there names a file that holds it. What has no name in lower case is set by a flag or a variable only. A program that starts a server itself passes settings to `startServer()` by their names in the second column; a text is read as the flag would be.',
    formatTable(['flag, variable, file', '`startServer()`', 'kind', 'default', 'what it does'], rows),
  );
}

type SettingRow = {
  readonly kind: { readonly name: string };
  readonly text: string;
  readonly toml: string | undefined;
  readonly environment: string;
  readonly flag: string | undefined;
  readonly secret: boolean;
  readonly defaultText: string;
};

function writeOperations(): string {
  const served = [...operations].sort((one, other) => (one.name < other.name ? -1 : 1));
  const rows = served.map((entry) => [
    code(entry.name),
    describeRequest(entry),
    entry.action === 'public' ? 'none' : code(entry.action),
    [...entry.refuses].sort().map(code).join(', '),
  ]);
  const names = new Set(served.map(({ name }: Operation) => name));
  const others = s3Operations.map(({ name }) => name).filter((name) => !names.has(name));
  return formatPage(
    'Operations',
    `The ${served.length} operations of S3 that the server has. Errors that any request may meet (signature, rights, form) are not repeated.`,
    `${formatTable(['operation', 'request', 'right', 'own errors'], rows)}
## Not in this version

Answered with 501 \`NotImplemented\` and the name: ${[...new Set(others)].sort().map(code).join(', ')}.
`,
  );
}

/** What tells the operation's request from others: method, resource, sub-resource, and parameters or headers that must be there. */
function describeRequest({ method, resource, subresource, markers }: Operation): string {
  const parameters = Object.entries(markers?.query ?? {}).map(([name, value]) =>
    value === true ? name : `${name}=${value}`,
  );
  const query = [...(subresource === undefined ? [] : [subresource]), ...parameters].join('&');
  const headers = Object.keys(markers?.header ?? {})
    .map(code)
    .join(', ');
  return `${code(`${method} ${resource}${query === '' ? '' : `?${query}`}`)}${headers === '' ? '' : ` with ${headers}`}`;
}

function writeMetrics(): string {
  const rows = Object.entries(metricTexts).map(([name, text]) => [code(name), text]);
  return formatPage(
    'Metrics',
    'What `/_/metrics` gives, in the text form of Prometheus. No label ever holds a key, bucket, link or address.',
    formatTable(['metric', 'meaning'], rows),
  );
}

/** Every endpoint, from the same document that the server gives out. */
function writeAdminApi(): string {
  const rows = adminEndpoints.map(({ method, path, action, who, text }) => [
    code(`${method} ${path}`),
    text,
    who === 'owner' ? 'owners' : 'any key',
    code(action),
  ]);
  const operations = Object.values(openApiDocument(adminEndpoints, '')['paths'] ?? {}).flatMap((path) =>
    Object.values<AdminOperation>(path),
  );
  const parts = operations.map(({ operationId, summary, parameters, requestBody }) => {
    const body = Object.values(requestBody?.content ?? {})[0]?.schema.properties ?? {};
    const given = [
      ...parameters.map((one) => [code(one.name), one.in, typeText(one.schema)]),
      ...Object.entries(body).map(([name, schema]) => [code(name), 'body', typeText(schema)]),
    ];
    const table = given.length === 0 ? 'Takes nothing.\n' : formatTable(['name', 'in', 'what'], given);
    return `## ${operationId}\n\n${summary}\n\n${table}`;
  });
  return formatPage(
    'Admin API',
    'The endpoints under `/_/api/v1`. Requests are signed in the Authorization header with SigV4, with the SHA-256 of the body in `x-amz-content-sha256`. The rules are in ' +
      '[spec/admin.md](../../spec/admin.md). The whole, with the shape of every answer, is the OpenAPI document that a server ' +
      'gives at `/_/api/openapi.json`; `@tidegate/presign/admin` is a typed client of it, with one method for each name below.',
    `${formatTable(['request', 'does', 'for', 'right'], rows)}\n${parts.join('\n')}`,
  );
}

type AdminOperation = {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: AdminSchema }[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: { readonly properties?: Readonly<Record<string, AdminSchema>> } }>
    >;
  };
};
type AdminSchema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly anyOf?: readonly AdminSchema[];
};

/** `text`, `number or text`, or the words that are allowed. */
function typeText({ type, enum: words, anyOf }: AdminSchema): string {
  if (words !== undefined) return words.map(code).join(', ');
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeText))].join(' or ');
  const types = type === undefined ? ['anything'] : typeof type === 'string' ? [type] : type;
  return types.map((one) => (one === 'string' ? 'text' : one === 'integer' ? 'number' : one)).join(' or ');
}

async function writeCommands(): Promise<string> {
  const parts: string[] = [];
  for (const command of commands) parts.push(await describeCommand(command));
  const topicParts = topics.map(
    (topic) => `## tidegate help ${topic.name}\n\n\`\`\`text\n${topic.lines().join('\n')}\n\`\`\`\n`,
  );
  return formatPage(
    'Commands',
    'The command line `tidegate`. Results go to stdout, messages to stderr; `--json` is for programs.',
    [...parts, `## Flags of every command\n\n${formatFlags(globalFlags)}`, ...topicParts].join('\n'),
  );
}

async function describeCommand(command: Command): Promise<string> {
  const words = command.arguments.map(({ name, presence, repeatable }) => {
    const shown = repeatable === true ? `${name}…` : name;
    return presence === 'required' ? shown : `[${shown}]`;
  });
  const more = (await command.moreFlags?.()) ?? [];
  const width = Math.max(...command.examples.map(([line]) => line.length), 0);
  const examples = command.examples.map(([line, text]) => `${line.padEnd(width)}  # ${text}\n`).join('');
  const groups = (command.flagGroups ?? []).map(({ title, topic }) => `${title}: see \`tidegate help ${topic}\`.\n`);
  const sections = [
    `## tidegate ${command.path.join(' ')}`,
    command.summary,
    `\`\`\`text\n${['tidegate', ...command.path, ...words].join(' ')}\n\n${examples}\`\`\``,
    command.arguments.length === 0
      ? ''
      : formatTable(
          ['argument', 'what it is'],
          command.arguments.map(({ name, text }) => [code(name), text]),
        ),
    formatFlags([...command.flags, ...more].filter((flag) => !flag.hidden)),
    groups.join(''),
    (command.notes ?? []).join('\n\n'),
  ];
  return `${sections
    .map((text) => text.trimEnd())
    .filter((text) => text !== '')
    .join('\n\n')}\n`;
}

function formatFlags(flags: readonly Flag[]): string {
  if (flags.length === 0) return '';
  return formatTable(
    ['flag', 'what it does'],
    flags.map((flag) => {
      const [name, text] = flagDefinition(flag);
      return [code(name), text];
    }),
  );
}
