import { refusal } from '@tidegate/protocol';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeCharacters = 10;
const numberCharacters = 16;

/**
 * The id of an event: a ULID of its time and its number in the store, which never repeats (LDG-71). So it sorts by time,
 * names the event, and is the cursor behind it.
 */
export function eventIdOf(atMs: number, n: number): string {
  return crockfordOf(atMs, timeCharacters) + crockfordOf(n, numberCharacters);
}

function crockfordOf(value: number, characters: number): string {
  let rest = value;
  let text = '';
  for (let at = 0; at < characters; at += 1) {
    text = (crockford[rest % 32] ?? '') + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** The number in an event's id. @throws S3Error InvalidArgument */
export function eventNumberOf(id: string): number {
  let n = 0;
  if (id.length !== timeCharacters + numberCharacters) throw badCursor();
  for (const character of id.slice(timeCharacters)) {
    const digit = crockford.indexOf(character);
    if (digit < 0) throw badCursor();
    n = n * 32 + digit;
  }
  if (!Number.isSafeInteger(n)) throw badCursor();
  return n;
}

/** A place in an order: the value that is sorted by, and the row. */
export type Place = { readonly value: number; readonly n: number };

export function writeCursor({ value, n }: Place): string {
  return `${value.toString(36)}.${n.toString(36)}`;
}

/** @throws S3Error InvalidArgument */
export function readCursor(text: string): Place {
  const [, value = '', n = ''] = /^([0-9a-z]{1,11})\.([0-9a-z]{1,11})$/.exec(text) ?? [];
  const place = { value: Number.parseInt(value, 36), n: Number.parseInt(n, 36) };
  if (!Number.isSafeInteger(place.value) || !Number.isSafeInteger(place.n)) throw badCursor();
  return place;
}

/** How the ledger stood when the first page of a list was read: the last change of a place, and the newest link. */
export type ListView = { readonly moves: number; readonly newest: number };

/** The cursor behind a place of a list that stays as it was when its first page was read. */
export function writeListCursor(place: Place, { moves, newest }: ListView): string {
  return `${writeCursor(place)}.${moves.toString(36)}.${newest.toString(36)}`;
}

/** @throws S3Error InvalidArgument */
export function readListCursor(text: string): { readonly place: Place; readonly view: ListView } {
  const [, place = '', view = ''] = /^([^.]+\.[^.]+)\.([^.]+\.[^.]+)$/.exec(text) ?? [];
  const { value: moves, n: newest } = readCursor(view);
  return { place: readCursor(place), view: { moves, newest } };
}

/** The place of a sum of one day: what it is of. */
export type DayPlace = { readonly dayMs: number; readonly bucket: string; readonly accessKeyId: string };

/** Neither the name of a bucket nor the id of a key has a blank. */
export function writeDayCursor({ dayMs, bucket, accessKeyId }: DayPlace): string {
  return Buffer.from(`${dayMs} ${bucket} ${accessKeyId}`).toString('base64url');
}

/** @throws S3Error InvalidArgument */
export function readDayCursor(text: string): DayPlace {
  const place = /^(\d{1,15}) (\S*) (\S*)$/.exec(Buffer.from(text, 'base64url').toString());
  if (place === null) throw badCursor();
  const [, dayMs, bucket = '', accessKeyId = ''] = place;
  return { dayMs: Number(dayMs), bucket, accessKeyId };
}

/** The place of an access key among all. */
export type KeyPlace = { readonly createdMs: number; readonly accessKeyId: string };

export function writeKeyCursor({ createdMs, accessKeyId }: KeyPlace): string {
  return Buffer.from(`${createdMs} ${accessKeyId}`).toString('base64url');
}

/** @throws S3Error InvalidArgument */
export function readKeyCursor(text: string): KeyPlace {
  const [, createdMs, accessKeyId] = /^(\d{1,15}) (\S+)$/.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (createdMs === undefined || accessKeyId === undefined) throw badCursor();
  return { createdMs: Number(createdMs), accessKeyId };
}

/** The place of something in a short list, by its name. */
export function writeNameCursor(name: string): string {
  return Buffer.from(name).toString('base64url');
}

export function readNameCursor(text: string): string {
  return Buffer.from(text, 'base64url').toString();
}

function badCursor(): Error {
  return refusal('InvalidArgument', { ArgumentName: 'cursor' });
}
