const hourMs = 3_600_000;

const isUnused = (row: string): string =>
  `(CASE WHEN ${row}.max_uses IS NULL THEN ${row}.noted_uses ELSE ${row}.spent_uses END = 0)`;
const isSpent = (row: string): string =>
  `coalesce(${row}.spent_uses >= ${row}.max_uses OR ${row}.counted_bytes >= ${row}.max_bytes, 0)`;
const hourOf = (row: string): string => `${row}.ended_ms / ${hourMs}`;
const placeOf = (row: string): string =>
  `account = ${row}.account AND akid = ${row}.akid AND kind = ${row}.kind AND hour = ${hourOf(row)}`;

const add = (row: string): string => `
    INSERT INTO link_counts VALUES (${row}.account, ${row}.akid, ${row}.kind, ${hourOf(row)}, 1, ${isUnused(row)}, ${isSpent(row)},
      ${isUnused(row)} AND ${isSpent(row)})
    ON CONFLICT (account, akid, kind, hour) DO UPDATE SET links = links + 1, unused = unused + excluded.unused,
      spent = spent + excluded.spent, spent_unused = spent_unused + excluded.spent_unused;`;

const subtract = (row: string): string => `
    UPDATE link_counts SET links = links - 1, unused = unused - ${isUnused(row)}, spent = spent - ${isSpent(row)},
      spent_unused = spent_unused - (${isUnused(row)} AND ${isSpent(row)}) WHERE ${placeOf(row)};
    DELETE FROM link_counts WHERE ${placeOf(row)} AND links = 0;`;

/**
 * How many links end in each hour, so that links by state are counted without reading them (`links/link-totals.ts`). Triggers,
 * since every writer of a link has to count. And uses and refusals by the hour, which the writer of events adds up.
 */
export const linkCounts = `
  CREATE TABLE link_counts (
    account TEXT NOT NULL,
    akid TEXT NOT NULL,
    kind TEXT NOT NULL,
    hour INTEGER NOT NULL,
    links INTEGER NOT NULL,
    unused INTEGER NOT NULL,
    spent INTEGER NOT NULL,
    spent_unused INTEGER NOT NULL,
    PRIMARY KEY (account, akid, kind, hour)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO link_counts SELECT account, akid, kind, ${hourOf('links')}, count(*), sum(${isUnused('links')}),
    sum(${isSpent('links')}), sum(${isUnused('links')} AND ${isSpent('links')}) FROM links GROUP BY 1, 2, 3, 4;
  CREATE TRIGGER links_counted_insert AFTER INSERT ON links BEGIN ${add('new')}
  END;
  CREATE TRIGGER links_counted_delete AFTER DELETE ON links BEGIN ${subtract('old')}
  END;
  CREATE TRIGGER links_counted_update
    AFTER UPDATE OF ended_ms, max_uses, max_bytes, spent_uses, noted_uses, counted_bytes ON links
    WHEN ${hourOf('new')} <> ${hourOf('old')} OR ${isUnused('new')} <> ${isUnused('old')} OR ${isSpent('new')} <> ${isSpent('old')}
  BEGIN ${subtract('old')} ${add('new')}
  END;

  CREATE TABLE link_event_hours (
    hour_ms INTEGER NOT NULL,
    account TEXT NOT NULL,
    akid TEXT NOT NULL,
    is_use INTEGER NOT NULL,
    is_get INTEGER NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (hour_ms, account, akid, is_use, is_get, reason)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO link_event_hours SELECT e.at_ms - e.at_ms % ${hourMs}, l.account, l.akid, e.type = 'link.used', e.method = 'GET',
    coalesce(e.reason, ''), sum(e.count), sum(e.bytes) FROM link_events e JOIN links l ON l.id = e.link
    WHERE e.count > 0 AND e.type IN ('link.used', 'link.refused') GROUP BY 1, 2, 3, 4, 5, 6;
`;
