import type { Limits } from '@tidegate/presign';
import type { FlagValues } from '../core/command.ts';
import { countFlag, durationFlag, sizeFlag, timeFlag } from '../core/flag-values.ts';
import { describeClock, describeDuration } from '../terminal/format.ts';
import { limitFlagNames } from './limit-flags.ts';

/** The limits of the flags; `undefined` without any. @throws CliError */
export function limitsOf(flags: FlagValues, nowMs: number): Limits | undefined {
  if (limitFlagNames.every((name) => !flags.has(name))) return undefined;
  const limits: Limits = {};
  setTexts(limits, flags);
  setNumbers(limits, flags, nowMs);
  if (flags.has('head')) limits.head = true;
  if (flags.has('https')) limits.https = true;
  if (flags.has('write-once')) limits.writeOnce = true;
  if (flags.has('confirm')) limits.confirm = true;
  if (flags.has('grant')) limits.grant = true;
  if (flags.has('zip')) limits.zip = true;
  if (flags.has('resumable')) limits.resumable = true;
  return limits;
}

function setTexts(limits: Limits, flags: FlagValues): void {
  const label = flags.text('label');
  const policy = flags.text('policy');
  const sha256 = flags.text('sha256');
  const ip = flags.list('ip').flatMap((entry) => entry.split(','));
  const types = flags.list('types').flatMap((entry) => entry.split(','));
  if (label !== undefined) limits.id = label;
  if (policy !== undefined) limits.policy = policy;
  if (sha256 !== undefined) limits.sha256 = sha256;
  if (ip.length > 0) limits.ip = ip;
  if (types.length > 0) limits.types = types;
}

function setNumbers(limits: Limits, flags: FlagValues, nowMs: number): void {
  const uses = countFlag(flags, 'uses', 1, 1_000_000);
  const clients = countFlag(flags, 'clients', 1, 1_000_000);
  const grace = durationFlag(flags, 'grace');
  const notBefore = timeFlag(flags, 'not-before', nowMs);
  const maxBytes = sizeFlag(flags, 'max-bytes');
  const minBytes = sizeFlag(flags, 'min-bytes');
  const totalBytes = sizeFlag(flags, 'total-bytes');
  const rate = sizeFlag(flags, 'rate');
  if (uses !== undefined) limits.uses = uses;
  if (clients !== undefined) limits.clients = clients;
  if (grace !== undefined) limits.grace = grace;
  if (notBefore !== undefined) limits.notBefore = notBefore;
  if (maxBytes !== undefined) limits.maxBytes = maxBytes;
  if (minBytes !== undefined) limits.minBytes = minBytes;
  if (totalBytes !== undefined) limits.totalBytes = totalBytes;
  if (rate !== undefined) limits.rate = rate;
}

/** The limits in words, for the line under a link. A random label (`~…`) is not shown. */
export function describeLimits(limits: Limits, method: string, nowMs: number): string[] {
  const words: string[] = [];
  const { uses, clients, grace } = limits;
  if (uses !== undefined)
    words.push(counted(uses, method === 'GET' ? 'download' : method === 'DELETE' ? 'use' : 'upload'));
  if (grace !== undefined) words.push(`idle at most ${typeof grace === 'number' ? describeDuration(grace) : grace}`);
  if (clients !== undefined) words.push(counted(clients, 'client'));
  if (limits.ip !== undefined) words.push(`from ${listed(limits.ip)}`);
  if (limits.types !== undefined) words.push(`only ${listed(limits.types)}`);
  if (limits.minBytes !== undefined) words.push(`at least ${spacedSize(limits.minBytes)}`);
  if (limits.maxBytes !== undefined) words.push(`at most ${spacedSize(limits.maxBytes)}`);
  if (limits.totalBytes !== undefined) words.push(`${spacedSize(limits.totalBytes)} in total`);
  if (limits.rate !== undefined) words.push(`${spacedSize(limits.rate)}/s`);
  if (limits.notBefore !== undefined) words.push(`not before ${describeClock(limits.notBefore.getTime(), nowMs)}`);
  if (limits.sha256 !== undefined) words.push('one exact body');
  if (limits.policy !== undefined) words.push(`link policy ${limits.policy}`);
  if (limits.head) words.push('HEAD too');
  if (limits.https) words.push('only over https');
  if (limits.writeOnce) words.push('never overwrites');
  if (limits.confirm) words.push('confirm before download');
  if (limits.grant !== undefined) words.push('every key with this prefix');
  if (limits.zip) words.push('as ZIP');
  if (limits.resumable) words.push('resumable');
  if (limits.id !== undefined && !limits.id.startsWith('~')) words.push(`label ${limits.id}`);
  return words;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function listed(values: string | string[]): string {
  return typeof values === 'string' ? values : values.join(', ');
}

const sizeUnits = [
  ...['TiB', 'GiB', 'MiB', 'KiB'].map((name, at) => ({ name, bytes: 1024 ** (4 - at) })),
  ...['TB', 'GB', 'MB', 'kB'].map((name, at) => ({ name, bytes: 1000 ** (4 - at) })),
].sort((a, b) => b.bytes - a.bytes);

/** `20MB` and 20000000 are `20 MB`: in the largest unit that says it exactly with one digit behind the point, else in bytes. */
export function spacedSize(size: number | string): string {
  if (typeof size === 'string') return size.replace(/([kKMGT]?i?B)$/, ' $1');
  const unit = sizeUnits.find(({ bytes }) => size >= bytes && (size * 10) % bytes === 0);
  return unit === undefined ? `${size.toLocaleString('en-US')} B` : `${size / unit.bytes} ${unit.name}`;
}
