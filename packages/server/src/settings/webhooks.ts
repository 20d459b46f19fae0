import type { Kind, Parsed } from './kinds.ts';
import { setting } from './setting.ts';

/** A webhook endpoint in the settings file. Its secret stays in its own file, and is read when it is used. */
export type FileWebhook = {
  readonly name: string | undefined;
  readonly url: string;
  /** Undefined: the default types. */
  readonly types: readonly string[] | undefined;
  readonly secretFile: string;
};

const expected =
  'a list of targets such as { url = "https://app.example.com/hooks", types = ["link.spent"], secret_file = "/run/secrets/hook" }';
const members = ['name', 'url', 'types', 'secret_file'];

const targets: Kind<readonly FileWebhook[]> = {
  name: 'list of targets',
  fromText(value) {
    try {
      return parseTargets(JSON.parse(value));
    } catch {
      return { ok: false, why: `${expected}, as JSON` };
    }
  },
  fromToml: parseTargets,
  show: (values) => values.map(({ name, url }) => name ?? url).join(', '),
};

function parseTargets(value: unknown): Parsed<readonly FileWebhook[]> {
  if (!Array.isArray(value)) return { ok: false, why: expected };
  const parsed: FileWebhook[] = [];
  for (const one of value) {
    const target = parseTarget(one);
    if (typeof target === 'string') return { ok: false, why: target };
    parsed.push(target);
  }
  const known = parsed.map(({ name, url }) => name ?? url);
  if (new Set(known).size < known.length) return { ok: false, why: 'a list of targets of which each is another' };
  return { ok: true, value: parsed };
}

/** @returns what it is not, completing the sentence "… is not …" */
function parseTarget(value: unknown): FileWebhook | string {
  if (typeof value !== 'object' || value === null) return expected;
  const table: Readonly<Record<string, unknown>> = { ...value };
  const unknown = Object.keys(table).find((member) => !members.includes(member));
  if (unknown !== undefined) return `a target: \`${unknown}\` is not a member of one (${members.join(', ')})`;
  const { name, url, types, secret_file: secretFile } = table;
  if (typeof url !== 'string' || !isWebAddress(url)) return 'a target: its url is no http or https address';
  if (name !== undefined && (typeof name !== 'string' || !/^[\w-]{1,64}$/.test(name))) {
    return 'a target: its name is not 1 to 64 of A-Z, a-z, 0-9, _ and -';
  }
  if (types !== undefined && !isTexts(types)) return 'a target: its types are not a list of event types';
  if (typeof secretFile !== 'string' || secretFile === '') {
    return 'a target: its secret_file names no file with its secret';
  }
  return { name, url, types, secretFile };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isWebAddress(text: string): boolean {
  if (text.length > 2048 || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

/** Where events are sent, written down (`[[webhooks.target]]`). */
export const webhookSettings = {
  webhookTargets: setting<readonly FileWebhook[]>({
    toml: 'webhooks.target',
    kind: targets,
    default: [],
    defaultText: 'none',
    text: 'Webhooks: where events are sent; each with url, secret_file, and name and types where wanted.',
  }),
} as const;
