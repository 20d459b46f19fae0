import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const dayMs = 86_400_000;

/** Whose links and events they are. */
export type LedgerSeed = {
  readonly links: number;
  readonly nowMs: number;
  /** SQL over the number `i` of a link. */
  readonly accessKey: string;
  readonly account: string;
};

/** Links as if they had been used over the last month, in a folder that no server has open; three quarters have ended. */
export function seedLinks(folder: string, { links, nowMs, accessKey, account }: LedgerSeed): void {
  const database = new DatabaseSync(join(folder, 'meta.db'));
  database.exec('PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; BEGIN');
  database.exec(`
    WITH RECURSIVE count(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < ${links})
    INSERT INTO links (id, kind, akid, account, label, method, operation, bucket, key, key_is_prefix, signature, host,
      signed_ms, expires_ms, limits, session_hash, note, first_seen_ms, last_seen_ms, seen_ms, ended_ms, limited, max_uses,
      spent_uses, noted_uses, counted_bytes, bytes_in, bytes_out, clients, refused)
    SELECT replace(replace(replace(replace(lower(hex(randomblob(26))), '0', 'g'), '1', 'h'), '8', 'i'), '9', 'j'),
      CASE WHEN i % 500 = 0 THEN 'share' ELSE 'link' END, ${accessKey}, ${account},
      CASE WHEN i % 10 = 0 THEN 'label-' || (i % 100000) END, 'GET', 'GetObject', 'bucket-' || (i % 11),
      'folder-' || (i % 1009) || '/object-' || i, 0, 'sigv4', 'files.example.com', seen, seen + 7 * ${dayMs}, NULL, NULL,
      NULL, seen, seen, seen, seen + 7 * ${dayMs}, i % 5 = 0, CASE WHEN i % 5 = 0 THEN 2 END, i % 3, 1, 0, 0, 1000, 1,
      CASE WHEN i % 200 = 0 THEN 1 ELSE 0 END
    FROM (SELECT i, ${nowMs} - abs(random() % (30 * ${dayMs})) AS seen FROM count)`);
  database.exec(`UPDATE link_epoch SET links = ${links}; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)`);
  database.close();
}

/** An event for each of so many links, spread over the last day, and as many requests that were refused without a link. */
export function seedHistory(
  folder: string,
  { events, nowMs }: { readonly events: number; readonly nowMs: number },
): void {
  const database = new DatabaseSync(join(folder, 'meta.db'));
  database.exec(`
    PRAGMA synchronous=OFF; BEGIN;
    INSERT INTO link_events (type, at_ms, link, client, user_agent, method, status, bytes, duration_ms, reason, request_id, count, told)
      SELECT CASE WHEN n % 5 = 0 THEN 'link.refused' ELSE 'link.used' END, ${nowMs - dayMs} + n * ${Math.floor(dayMs / events)}, id,
        '192.0.2.' || (n % 250), 'curl/8.' || (n % 9), 'GET', 200, 1000, 3, CASE WHEN n % 5 = 0 THEN 'LinkUsesSpent' END, 'r' || n, 1, 1
      FROM links WHERE n <= ${events} ORDER BY n;
    INSERT INTO link_events (type, at_ms, link, client, user_agent, method, status, bytes, duration_ms, reason, request_id, count, told)
      SELECT 'link.used', at_ms, (SELECT id FROM links WHERE n = 1), client, user_agent, method, status, bytes, duration_ms, NULL,
        request_id, 1, 1 FROM link_events WHERE n <= 20000;
    INSERT INTO refused_requests (from_ms, to_ms, reason, bucket, akid, count, last_ms)
      SELECT hour, hour + 3600000, 'InvalidAccessKeyId', 'bucket-' || (n % 400), 'TGAK' || n, 1, hour
      FROM (SELECT n, ${nowMs - (nowMs % 3_600_000)} - (n / 400) * 3600000 AS hour FROM links WHERE n <= 19200);
    INSERT INTO audit (at_ms, event, actor, account, request_id, fields)
      SELECT ${nowMs}, 'key.changed', akid, account, 'r' || n, '{"key":"TGAK1"}' FROM links WHERE n <= 20000;
    COMMIT; PRAGMA wal_checkpoint(TRUNCATE)`);
  database.close();
}
