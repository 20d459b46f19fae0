import { describeSeconds } from '../values/duration.ts';
import { formatIsoSeconds } from '../values/times.ts';
import type { Explanation } from './explanation.ts';

/** What a terminal shows of an explanation, without colour: the verdict, what to do, what the URL says, every check. */

type Findings = Omit<Explanation, 'toString'>;

const titleWidth = 64;
const marks = { pass: '✓', fail: '✗', unknown: '?', skipped: '·' } as const;
const checkNames: { readonly [name: string]: string } = { keyPolicy: 'key policy', bucketPolicy: 'bucket policy' };

/** The text of an explanation. */
export function explanationText(found: Findings, method: string, now: Date): string {
  const isUnread = found.checks.every(({ name, text }) => name === 'form' || text === 'not looked at');
  if (isUnread) return unreadText(found);
  const sections = [causeLines(found), saysLines(found, method, now), checkLines(found)];
  return [headLine(found), ...sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))].join(
    '\n\n',
  );
}

/** One sentence, when nothing could be checked. */
function unreadText({ cause, checks, inspection }: Findings): string {
  if (inspection.kind === 'invalid') return '✗ This is not a presigned URL. Paste the whole URL, from https:// on.';
  if (inspection.kind === 'unsigned') return '✗ This URL has no signature, so there is nothing to check.';
  const why = cause === undefined ? (checks.find(({ outcome }) => outcome === 'fail')?.text ?? '') : cause.text;
  return `✗ This presigned URL cannot be read${why === '' ? '.' : `: ${shown(why)}`}`;
}

function headLine({ outcome, cause }: Findings): string {
  if (outcome === 'holds') return '✓ Holds.';
  if (outcome === 'unknown') return '? Incomplete: the signature could not be computed.';
  const title = `✗ Fails: ${cause === undefined ? 'see the checks' : lowerFirst(cause.title)}.`;
  return cause === undefined ? title : `${title.padEnd(titleWidth - 1)} ${cause.reason}`;
}

function causeLines({ cause }: Findings): readonly string[] {
  if (cause === undefined) return [];
  const lines: string[] = [];
  if (cause.change !== undefined) {
    lines.push(`  signed for  ${shown(cause.change.signed)}`, `  asked as    ${shown(cause.change.got)}`);
  } else if (cause.text !== '') {
    lines.push(`  ${shown(cause.text)}`);
  }
  if (cause.change !== undefined && lines.length > 0) lines.push('');
  const steps = stepsOf(cause);
  if (steps.length > 0) lines.push('  Do one of these', ...steps);
  else if (cause.fix !== '') lines.push(`  Do: ${cause.fix}`);
  return lines;
}

/** What to do where the answer depends on how the link is made. */
function stepsOf({ reason, signWith }: NonNullable<Findings['cause']>): readonly string[] {
  if ((reason !== 'HostChanged' && reason !== 'PortChanged') || signWith === undefined) return [];
  const address = shown(signWith);
  return [
    '  1. Sign with the public address:',
    `       boto3     endpoint_url="${address}"`,
    `       Tidegate  public_endpoint = "${address}"`,
    '  2. If a proxy rewrites Host, let it pass on:  nginx  proxy_set_header Host $http_host;',
  ];
}

function saysLines({ inspection, checks }: Findings, method: string, now: Date): readonly string[] {
  const { bucket, key, accessKeyId, region, signedAt, expiresAt } = inspection;
  const place = bucket === undefined ? '' : ` ${shown(bucket)}${key === undefined ? '' : `/${shown(key)}`}`;
  const who = accessKeyId === undefined ? [] : [`key ${shown(accessKeyId)}`];
  const where = region === undefined ? [] : [shown(region)];
  const limits = checks.find(({ name }) => name === 'limits')?.text;
  const spans = [
    ...(signedAt === undefined ? [] : [`signed ${clock(signedAt, now)}`]),
    ...(expiresAt === undefined ? [] : [`until ${clock(expiresAt, now)}`]),
    ...(limits === 'none' ? ['no limits'] : []),
  ];
  const lines = [`  Says      ${[`${method}${place}`, ...who, ...where].join(' · ')}`];
  if (spans.length > 0) lines.push(`            ${spans.join(' · ')}`);
  return lines;
}

function checkLines({ checks }: Findings): readonly string[] {
  return checks.map(({ name, outcome, text }) => {
    const mark = text === 'none' && outcome === 'pass' ? '–' : marks[outcome];
    return `  ${mark} ${(checkNames[name] ?? name).padEnd(14)} ${shown(text)}`;
  });
}

/** `10:02:11 UTC (19 min ago)`; with its day when that is another one. */
function clock(moment: Date, now: Date): string {
  const text = formatIsoSeconds(moment.getTime());
  const sameDay = text.slice(0, 10) === formatIsoSeconds(now.getTime()).slice(0, 10);
  const time = text.slice(11, -1);
  const seconds = Math.floor((moment.getTime() - now.getTime()) / 1000);
  const distance = describeSeconds(Math.abs(seconds));
  return `${sameDay ? '' : `${text.slice(0, 10)} `}${time} UTC (${seconds < 0 ? `${distance} ago` : `in ${distance}`})`;
}

function lowerFirst(title: string): string {
  return /^[A-Z][a-z ]/.test(title) && !title.startsWith('Signature Version')
    ? title[0]?.toLowerCase() + title.slice(1)
    : title;
}

/** Without control characters: what comes from a URL must not move a terminal's cursor. */
function shown(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}
