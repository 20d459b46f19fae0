import { limitsFromJson } from '@tidegate/presign/internal';
import type { LinkFacts, LinkKind, Tightening } from '../../links/link-store.ts';
import { neverEndsMs } from '../../links/link-times.ts';
import type { Statements } from '../schema/connection.ts';
import { numberOf, optionalNumber, optionalText, type Row, textOf } from '../schema/rows.ts';

/** The room of links among what writes touch; no bucket has such a name. */
export const linkRoom = ' links';

/** Columns of what a link is. */
const factColumns = `n, id, kind, akid, account, label, method, operation, bucket, key, key_is_prefix, version_id,
  signature, host, signed_ms, expires_ms, limits, session_hash`;

/** A whole row, with what was added since it was written. */
export const selectWhole = `SELECT ${factColumns}, note, first_seen_ms, last_seen_ms,
  max(l.seen_ms, coalesce(a.seen_ms, 0)) AS seen_ms, first_used_ms, max(l.last_used_ms, coalesce(a.used_ms, 0)) AS last_used_ms, ended_ms, registered_ms, tightening, limited, max_uses, max_bytes, spent_uses,
  noted_uses + coalesce(a.uses, 0) AS noted_uses, counted_bytes, l.bytes_in + coalesce(a.bytes_in, 0) AS bytes_in,
  l.bytes_out + coalesce(a.bytes_out, 0) AS bytes_out, clients, seen_clients, refused
  FROM links l LEFT JOIN link_additions a ON a.link = l.n`;

export function factsOf(row: Row): LinkFacts {
  return {
    id: textOf(row, 'id'),
    kind: kindOf(textOf(row, 'kind')),
    accessKeyId: textOf(row, 'akid'),
    accountId: textOf(row, 'account'),
    label: optionalText(row, 'label'),
    method: textOf(row, 'method'),
    operation: textOf(row, 'operation'),
    bucket: textOf(row, 'bucket'),
    key: textOf(row, 'key'),
    keyIsPrefix: numberOf(row, 'key_is_prefix') === 1,
    versionId: optionalText(row, 'version_id'),
    signature: signatureOf(textOf(row, 'signature')),
    host: textOf(row, 'host'),
    signedAtMs: optionalNumber(row, 'signed_ms'),
    expiresAtMs: optionalNumber(row, 'expires_ms'),
    limits: limitsOf(optionalText(row, 'limits')),
    sessionTokenHash: optionalText(row, 'session_hash'),
  };
}

function kindOf(text: string): LinkKind {
  if (text === 'link' || text === 'share' || text === 'request') return text;
  throw new Error(`The metadata hold an unknown kind of link: ${text}.`);
}

function signatureOf(text: string): LinkFacts['signature'] {
  if (text === 'sigv4' || text === 'sigv2' || text === 'post' || text === 'none') return text;
  throw new Error(`The metadata hold an unknown kind of signature: ${text}.`);
}

/** Limits as one column; null when there are none, which is usual. */
function writeLimits(limits: LinkFacts['limits']): string | null {
  const text = JSON.stringify(limits);
  return text === '{}' ? null : text;
}

function limitsOf(text: string | undefined): LinkFacts['limits'] {
  return text === undefined ? {} : limitsFromJson(text);
}

export function readTightening(text: string | undefined): Tightening {
  const tightening: Tightening = text === undefined ? {} : JSON.parse(text);
  return tightening;
}

/** What a first sight finds out. */
export type FirstSeen = {
  readonly seenAtMs: number;
  readonly registeredAtMs?: number;
  readonly note?: string | undefined;
  readonly label?: string | undefined;
};

/** Inside a transaction: makes the row of a link that has none. @returns its number */
export function insertLink(sql: Statements, link: LinkFacts, { seenAtMs, ...first }: FirstSeen): number {
  const { limits } = link;
  const isLimited = limits.uses !== undefined || limits.clients !== undefined || limits.totalBytes !== undefined;
  const { lastInsertRowid } = sql
    .get(
      `INSERT INTO links (id, kind, akid, account, label, method, operation, bucket, key, key_is_prefix, version_id, signature, host,
         signed_ms, expires_ms, limits, session_hash, note, first_seen_ms, last_seen_ms, seen_ms, ended_ms, registered_ms, limited,
         max_uses, max_bytes, spent_uses, noted_uses, counted_bytes, bytes_in, bytes_out, clients, refused)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0)`,
    )
    .run(
      link.id,
      link.kind,
      link.accessKeyId,
      link.accountId,
      link.label ?? first.label ?? null,
      link.method,
      link.operation,
      link.bucket,
      link.key,
      link.keyIsPrefix ? 1 : 0,
      link.versionId ?? null,
      link.signature,
      link.host,
      link.signedAtMs ?? null,
      link.expiresAtMs ?? null,
      writeLimits(limits),
      link.sessionTokenHash ?? null,
      first.note ?? null,
      seenAtMs,
      seenAtMs,
      seenAtMs,
      link.expiresAtMs ?? neverEndsMs,
      first.registeredAtMs ?? null,
      isLimited ? 1 : 0,
      limits.uses ?? null,
      limits.totalBytes ?? null,
    );
  sql.get('UPDATE link_epoch SET links = links + 1').run();
  return Number(lastInsertRowid);
}
