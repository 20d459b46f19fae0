import type { Link, LinkEvent } from '@tidegate/presign/admin';
import { describeBytes } from '../terminal/format.ts';
import { usesOf, whatOf } from './link-rows.ts';

/** What a line says of a link. */
export type WatchedLink = Pick<Link, 'kind' | 'method' | 'bucket' | 'key' | 'uses'>;

const marks: Readonly<Record<string, string>> = {
  used: '▸',
  'first-used': '▸',
  uploaded: '▸',
  spent: '■',
  refused: '✗',
  revoked: '⊘',
  restored: '○',
};

/** Names of events for people; any other event is shown by its type. */
const names: Readonly<Record<string, string>> = {
  'link.registered': 'registered',
  'link.first-used': 'first used',
  'link.used': 'used',
  'link.spent': 'used up',
  'link.refused': 'refused',
  'link.revoked': 'revoked',
  'link.restored': 'restored',
  'link.expiring': 'expires in 24 h',
  'object.uploaded': 'uploaded',
  'share.created': 'created',
  'share.changed': 'changed',
  'request.created': 'created',
  'request.changed': 'changed',
  'request.uploaded': 'file uploaded',
  'request.closed': 'closed',
  'key.created': 'access key created',
  'key.changed': 'access key changed',
  'key.disabled': 'access key disabled',
  'key.deleted': 'access key deleted',
  'session.created': 'temporary credentials created',
  'server.started': 'server started',
  'server.disk-low': 'disk nearly full',
};

/** Width of the column with the name: that of most events. */
const nameWidth = 8;

/** One event as a line of `share watch`: time, mark, what, link, and what else there is to say. */
export function eventLine(event: LinkEvent, link: WatchedLink | undefined, nowMs: number): string {
  const word = event.type.replace(/^(?:link|object|request)\./, '');
  const parts = [
    clock(event.time, nowMs),
    `${marks[word] ?? '·'} ${(names[event.type] ?? event.type).padEnd(nameWidth)}`,
  ];
  if (event.link !== null && link !== undefined) parts.push(event.link);
  parts.push(...details(event, word, link));
  const times = event.count > 1 ? [`${event.count} times`] : [];
  return [...parts, ...times].join('  ').trimEnd();
}

function details(
  { client, bytes, ms, reason, type }: LinkEvent,
  word: string,
  link: WatchedLink | undefined,
): string[] {
  const agent = shortAgent(client.userAgent);
  if (word === 'revoked' || word === 'restored') {
    const why = reason === null ? '' : ` "${reason}"`;
    return client.userAgent === '' ? [] : [`by ${client.userAgent}${why}`];
  }
  if (word === 'refused') return [client.address, reason ?? ''].filter((part) => part !== '');
  if (word !== 'used' && word !== 'first-used' && word !== 'uploaded') {
    return type.startsWith('link.') || link === undefined ? [] : [whatOf(link)];
  }
  const parts = [client.address, agent, `${describeBytes(bytes)} in ${seconds(ms)}`].filter((part) => part !== '');
  if (link === undefined) return parts;
  return [whatOf(link), ...parts, ...(link.uses.limit === null ? [] : [usesOf(link)])];
}

/** `curl/8.14` of `curl/8.14.1 (x86_64…)`. */
function shortAgent(text: string): string {
  const [name = ''] = text.split(' ');
  return name.replace(/^([^/]+\/\d+(?:\.\d+)?).*$/, '$1').slice(0, 24);
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/** Time of day with seconds; the day before it when it is another one. */
function clock(time: string, nowMs: number): string {
  const at = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day =
    at.toDateString() === new Date(nowMs).toDateString()
      ? ''
      : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `;
  return `${day}${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
