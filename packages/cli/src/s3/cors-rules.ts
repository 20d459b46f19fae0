import { type CORSRule, childrenOf, corsMethods, textOf, type XmlElement } from '@tidegate/protocol';
import { wrongUse } from '../core/errors.ts';

/** A CORS rule in the words of the aws cli, which people have in files. */
export type CorsRuleJson = {
  readonly ID?: string;
  readonly AllowedOrigins: readonly string[];
  readonly AllowedMethods: readonly string[];
  readonly AllowedHeaders?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly MaxAgeSeconds?: number;
};

/** What pages that upload and download need: `ETag` is what a multipart upload is completed with. */
export function ruleForOrigins(origins: readonly string[]): CORSRule {
  for (const origin of origins) {
    if (origin !== '*' && !/^(?:https?|app|capacitor|\*):\/\/[^/?#\s]+$/.test(origin)) {
      const host = /^(?:[a-z]+:\/\/)?([^/?#\s]+)/i.exec(origin)?.[1] ?? 'app.example.com';
      throw wrongUse(
        `--origin "${origin}" is not an origin: scheme and host, without a path.`,
        `Write  --origin ${origin.startsWith('http://') ? 'http' : 'https'}://${host}`,
      );
    }
  }
  return {
    id: undefined,
    allowedOrigins: [...origins],
    allowedMethods: [...corsMethods],
    allowedHeaders: ['*'],
    exposeHeaders: ['ETag', 'x-amz-version-id', 'x-amz-request-id'],
    maxAgeSeconds: 3600,
  };
}

/** The rules of an answer. */
export function rulesOf(root: XmlElement): CorsRuleJson[] {
  return childrenOf(root, 'CORSRule').map((rule) => {
    const texts = (name: string): string[] => childrenOf(rule, name).map(({ text }) => text);
    const id = textOf(rule, 'ID');
    const maxAge = textOf(rule, 'MaxAgeSeconds');
    return {
      ...(id !== undefined && { ID: id }),
      AllowedOrigins: texts('AllowedOrigin'),
      AllowedMethods: texts('AllowedMethod'),
      AllowedHeaders: texts('AllowedHeader'),
      ExposeHeaders: texts('ExposeHeader'),
      ...(maxAge !== undefined && { MaxAgeSeconds: Number(maxAge) }),
    };
  });
}

/** Rules of a file: `{"CORSRules": […]}` as the aws cli has it, `{"items": […]}` as `cors get --json`, or the list alone. @throws CliError */
export function rulesOfFile(name: string, text: string): CORSRule[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw wrongUse(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const rules = listOf(document);
  if (rules === undefined || rules.length === 0) {
    throw wrongUse(
      `${name} has no rules.`,
      'Write  {"CORSRules":[{"AllowedOrigins":["https://…"],"AllowedMethods":["PUT"]}]}',
    );
  }
  return rules.map((rule, at) => ruleOf(rule, `${name}: rule ${at + 1}`));
}

function listOf(document: unknown): readonly unknown[] | undefined {
  if (Array.isArray(document)) return document;
  if (typeof document !== 'object' || document === null) return undefined;
  const members = new Map<string, unknown>(Object.entries(document));
  const list = members.get('CORSRules') ?? members.get('items');
  return Array.isArray(list) ? list : undefined;
}

function ruleOf(rule: unknown, where: string): CORSRule {
  if (typeof rule !== 'object' || rule === null) throw wrongUse(`${where} is not an object.`);
  const members = new Map<string, unknown>(Object.entries(rule));
  const known = ['ID', 'AllowedOrigins', 'AllowedMethods', 'AllowedHeaders', 'ExposeHeaders', 'MaxAgeSeconds'];
  const unknown = [...members.keys()].find((member) => !known.includes(member));
  if (unknown !== undefined) throw wrongUse(`${where} has an unknown member "${unknown}". Known: ${known.join(', ')}`);
  const texts = (member: string, isNeeded: boolean): string[] => {
    const value = members.get(member) ?? [];
    const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    if (!isList || (isNeeded && value.length === 0)) throw wrongUse(`${where}: ${member} is not a list of strings.`);
    return value.map(String);
  };
  const id = members.get('ID');
  const maxAge = members.get('MaxAgeSeconds');
  return {
    id: typeof id === 'string' ? id : undefined,
    allowedOrigins: texts('AllowedOrigins', true),
    allowedMethods: texts('AllowedMethods', true),
    allowedHeaders: texts('AllowedHeaders', false),
    exposeHeaders: texts('ExposeHeaders', false),
    maxAgeSeconds: typeof maxAge === 'number' ? maxAge : undefined,
  };
}
