import { shortId, shortKey } from '../../format.ts';

/** Events whose names say too little by themselves. */
const named: Readonly<Record<string, string>> = {
  'session.begun': 'Signed in',
  'session.code': 'Sign-in link made',
  'session.created': 'Temporary credentials issued',
  'share.url': 'Share URL read',
  'request.url': 'File request URL read',
};

/** `Key created` of `key.created` */
export function eventWords(event: string): string {
  const text = event.replaceAll('.', ' ').replaceAll('-', ' ');
  return named[event] ?? text.charAt(0).toUpperCase() + text.slice(1);
}

type Fields = Readonly<Record<string, string>>;
type Notes = ReadonlyMap<string, string | null>;

/** What an entry is about, in words, and where that is shown. */
export function aboutEntry(fields: Fields, notes: Notes): { readonly text: string; readonly to: string | undefined } {
  const { by: _, rule, revocation, ...rest } = fields;
  const { link, key, bucket } = rest;
  const ruled = rule === undefined ? undefined : ruleOf(rule, notes);
  const keyWords = (id: string): string => notes.get(id) ?? shortKey(id);
  const words: string[] = [];
  if (bucket !== undefined) words.push(key === undefined ? bucket : `${bucket}/${key}`);
  else if (key !== undefined) words.push(keyWords(key));
  if (link !== undefined) words.push(shortId(link));
  if (ruled !== undefined) words.push(ruled.text);
  else if (revocation !== undefined) words.push(revocation);
  for (const [name, value] of Object.entries(rest)) {
    if (!['link', 'key', 'bucket'].includes(name) && value !== '') words.push(`${name} ${value}`);
  }
  return { text: words.join(' · '), to: ruled?.to ?? placeOf(fields) };
}

function placeOf({ link, key, bucket, webhook }: Fields): string | undefined {
  if (link !== undefined) return `${link.startsWith('rq_') ? '/requests' : '/links'}/${link}`;
  if (webhook !== undefined) return `/settings/webhooks/${webhook}`;
  return key === undefined || bucket !== undefined ? undefined : `/keys/${key}`;
}

/** A rule as the audit log keeps it, which is JSON. */
function ruleOf(rule: string, notes: Notes): { readonly text: string; readonly to: string | undefined } {
  // Sound: the server writes it (`showMatch`).
  const { id, label, bucket, key, prefix, accessKeyId } = JSON.parse(rule) as Fields;
  if (id !== undefined) return { text: shortId(id), to: `/links/${id}` };
  if (bucket !== undefined) return { text: `every link of ${bucket}/${key ?? prefix ?? ''}`, to: undefined };
  const signer = accessKeyId === undefined ? '' : (notes.get(accessKeyId) ?? shortKey(accessKeyId));
  if (label !== undefined) return { text: `label ${label} of ${signer}`, to: undefined };
  if (accessKeyId === undefined) return { text: 'a temporary key', to: undefined };
  return { text: `every link of ${signer}`, to: `/keys/${accessKeyId}` };
}
