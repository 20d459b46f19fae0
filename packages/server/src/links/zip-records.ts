/** One file of a ZIP. */
export type ZipEntry = {
  /** Path inside the archive. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
};

/** What becomes known of a file only when it was sent. */
export type ZipDone = { readonly crc: number; readonly offset: number };

const version = 45;
/** Bit 3: CRC and sizes follow the data; bit 11: the name is UTF-8. */
const flags = 0x0808;
const max32 = 0xffff_ffff;
const max16 = 0xffff;
const stampBytes = 9;
/** Regular file, rw-r--r--, made on Unix. */
const unixMode = (0o100644 << 16) >>> 0;
const madeBy = (3 << 8) | version;

function isLarge({ sizeBytes }: ZipEntry): boolean {
  return sizeBytes >= max32;
}

/** The record before a file's bytes (APPNOTE 4.3.7). Sizes of a file past 4 GiB are eight bytes wide (4.5.3). */
export function localHeader(entry: ZipEntry): Uint8Array {
  const name = Buffer.from(entry.name);
  const large = isLarge(entry);
  const extraBytes = stampBytes + (large ? 20 : 0);
  const record = Buffer.alloc(30 + name.length + extraBytes);
  record.writeUInt32LE(0x04034b50, 0);
  record.writeUInt16LE(version, 4);
  record.writeUInt16LE(flags, 6);
  record.writeUInt32LE(dosTime(entry.modifiedAtMs), 10);
  record.writeUInt32LE(large ? max32 : 0, 18);
  record.writeUInt32LE(large ? max32 : 0, 22);
  record.writeUInt16LE(name.length, 26);
  record.writeUInt16LE(extraBytes, 28);
  name.copy(record, 30);
  const at = writeStamp(record, 30 + name.length, entry.modifiedAtMs);
  if (large) {
    record.writeUInt16LE(1, at);
    record.writeUInt16LE(16, at + 2);
  }
  return record;
}

/** The record behind a file's bytes (APPNOTE 4.3.9). */
export function dataDescriptor(entry: ZipEntry, crc: number): Uint8Array {
  const record = Buffer.alloc(isLarge(entry) ? 24 : 16);
  record.writeUInt32LE(0x08074b50, 0);
  record.writeUInt32LE(crc, 4);
  if (isLarge(entry)) {
    record.writeBigUInt64LE(BigInt(entry.sizeBytes), 8);
    record.writeBigUInt64LE(BigInt(entry.sizeBytes), 16);
  } else {
    record.writeUInt32LE(entry.sizeBytes, 8);
    record.writeUInt32LE(entry.sizeBytes, 12);
  }
  return record;
}

/** A file's record in the directory at the end (APPNOTE 4.3.12). */
export function directoryRecord(entry: ZipEntry, { crc, offset }: ZipDone): Uint8Array {
  const name = Buffer.from(entry.name);
  const wide = [...(isLarge(entry) ? [entry.sizeBytes, entry.sizeBytes] : []), ...(offset >= max32 ? [offset] : [])];
  const extraBytes = stampBytes + (wide.length > 0 ? 4 + wide.length * 8 : 0);
  const record = Buffer.alloc(46 + name.length + extraBytes);
  record.writeUInt32LE(0x02014b50, 0);
  record.writeUInt16LE(madeBy, 4);
  record.writeUInt16LE(version, 6);
  record.writeUInt16LE(flags, 8);
  record.writeUInt32LE(dosTime(entry.modifiedAtMs), 12);
  record.writeUInt32LE(crc, 16);
  record.writeUInt32LE(Math.min(entry.sizeBytes, max32), 20);
  record.writeUInt32LE(Math.min(entry.sizeBytes, max32), 24);
  record.writeUInt16LE(name.length, 28);
  record.writeUInt16LE(extraBytes, 30);
  record.writeUInt32LE(unixMode, 38);
  record.writeUInt32LE(Math.min(offset, max32), 42);
  name.copy(record, 46);
  let at = writeStamp(record, 46 + name.length, entry.modifiedAtMs);
  if (wide.length === 0) return record;
  record.writeUInt16LE(1, at);
  record.writeUInt16LE(wide.length * 8, at + 2);
  at += 4;
  for (const value of wide) at = record.writeBigUInt64LE(BigInt(value), at);
  return record;
}

/** What ends an archive; past 65,535 files or 4 GiB with the wide records before it (APPNOTE 4.3.14 to 4.3.16). */
export function archiveEnd(count: number, directoryOffset: number, directoryBytes: number): Uint8Array {
  const wide = count >= max16 || directoryOffset >= max32 || directoryBytes >= max32;
  const record = Buffer.alloc((wide ? 76 : 0) + 22);
  let at = 0;
  if (wide) {
    record.writeUInt32LE(0x06064b50, 0);
    record.writeBigUInt64LE(44n, 4);
    record.writeUInt16LE(madeBy, 12);
    record.writeUInt16LE(version, 14);
    record.writeBigUInt64LE(BigInt(count), 24);
    record.writeBigUInt64LE(BigInt(count), 32);
    record.writeBigUInt64LE(BigInt(directoryBytes), 40);
    record.writeBigUInt64LE(BigInt(directoryOffset), 48);
    record.writeUInt32LE(0x07064b50, 56);
    record.writeBigUInt64LE(BigInt(directoryOffset + directoryBytes), 64);
    record.writeUInt32LE(1, 72);
    at = 76;
  }
  record.writeUInt32LE(0x06054b50, at);
  record.writeUInt16LE(Math.min(count, max16), at + 8);
  record.writeUInt16LE(Math.min(count, max16), at + 10);
  record.writeUInt32LE(Math.min(directoryBytes, max32), at + 12);
  record.writeUInt32LE(Math.min(directoryOffset, max32), at + 16);
  return record;
}

/** Sizes of an archive's parts, summed file by file: exactly what the records above will be. */
export class ZipSize {
  #count = 0;
  #dataBytes = 0;
  #directoryBytes = 0;

  add(entry: ZipEntry): void {
    const nameBytes = Buffer.byteLength(entry.name);
    const wideNumbers = (isLarge(entry) ? 2 : 0) + (this.#dataBytes >= max32 ? 1 : 0);
    this.#count += 1;
    this.#directoryBytes += 46 + nameBytes + stampBytes + (wideNumbers > 0 ? 4 + wideNumbers * 8 : 0);
    this.#dataBytes += 30 + nameBytes + stampBytes + (isLarge(entry) ? 20 + 24 : 16) + entry.sizeBytes;
  }

  get count(): number {
    return this.#count;
  }

  get directoryBytes(): number {
    return this.#directoryBytes;
  }

  get totalBytes(): number {
    return (
      this.#dataBytes + this.#directoryBytes + archiveEnd(this.#count, this.#dataBytes, this.#directoryBytes).byteLength
    );
  }
}

/** The modification time in UTC, which the old field cannot say (extra field 0x5455). */
function writeStamp(record: Buffer, at: number, modifiedAtMs: number): number {
  record.writeUInt16LE(0x5455, at);
  record.writeUInt16LE(5, at + 2);
  record.writeUInt8(1, at + 4);
  return record.writeInt32LE(Math.min(0x7fff_ffff, Math.floor(modifiedAtMs / 1000)), at + 5);
}

/** Date and time as MS-DOS had them: from 1980 to 2107, two seconds apart. */
function dosTime(ms: number): number {
  const least = Date.UTC(1980, 0, 1);
  const most = Date.UTC(2107, 11, 31, 23, 59, 58);
  const seconds = Math.floor(Math.min(Math.max(ms, least), most) / 1000);
  const days = Math.floor(seconds / 86_400);
  const { year, month, day } = civil(days);
  const rest = seconds % 86_400;
  const time = (Math.floor(rest / 3600) << 11) | (Math.floor((rest % 3600) / 60) << 5) | Math.floor((rest % 60) / 2);
  return ((((year - 1980) << 9) | (month << 5) | day) * 0x1_0000 + time) >>> 0;
}

/** Days since 1970 as a date of the Gregorian calendar. */
function civil(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}
