import { decodeWords } from '@tidegate/protocol';
import type { Call } from '../../core/command.ts';
import { exitCodes } from '../../core/errors.ts';
import { objectTarget } from '../../core/target.ts';
import type { HttpAnswer } from '../../s3/http-client.ts';
import { nearestKeyHint } from '../../s3/nearest-key.ts';
import { headerText } from '../../s3/s3-answer.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { describeAgo, describeBytes } from '../../terminal/format.ts';
import { printable } from '../../terminal/style.ts';

const checksumPrefix = 'x-amz-checksum-';
const metadataPrefix = 'x-amz-meta-';

/** Headers that are worth a line, with what they are called here. */
const shownHeaders: readonly (readonly [header: string, name: string])[] = [
  ['x-amz-version-id', 'version'],
  ['cache-control', 'cache-control'],
  ['content-disposition', 'content-disposition'],
  ['content-encoding', 'content-encoding'],
  ['content-language', 'content-language'],
  ['x-amz-storage-class', 'storage class'],
  ['x-amz-server-side-encryption', 'encryption'],
  ['x-amz-object-lock-mode', 'lock'],
  ['x-amz-object-lock-retain-until-date', 'locked until'],
  ['x-amz-object-lock-legal-hold', 'legal hold'],
  ['x-amz-tagging-count', 'tags'],
  ['x-amz-expiration', 'expires'],
];

/** `stat`: what is known of one object, without its bytes. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  const target = objectTarget(args[0] ?? '');
  const about = `${target.bucket}/${target.key}`;
  const version = flags.text('version-id');
  const client = clientFor(call);
  let answer: HttpAnswer;
  try {
    answer = await client.ask({
      method: 'HEAD',
      ...target,
      query: version === undefined ? [] : [['versionId', version]],
      headers: { 'x-amz-checksum-mode': 'ENABLED' },
      about,
    });
  } catch (error) {
    throw await nearestKeyHint(error, target, client);
  }
  answer.body.resume();
  const facts = factsOf(answer);
  if (output.isJson) {
    output.json({ bucket: target.bucket, key: target.key, ...facts });
    return exitCodes.done;
  }
  const changedMs = Date.parse(facts.lastModified ?? '');
  const changed = output.isForPeople && !Number.isNaN(changedMs) ? ` (${describeAgo(changedMs, world.nowMs())})` : '';
  const lines: (readonly [name: string, value: string])[] = [
    ['size', output.isForPeople ? `${facts.size} (${describeBytes(facts.size)})` : String(facts.size)],
    ['type', facts.contentType ?? ''],
    ['changed', `${facts.lastModified ?? ''}${changed}`],
    ['etag', facts.etag ?? ''],
    ...shownHeaders.flatMap(([header, name]) => {
      const value = headerText(answer, header);
      return value === undefined ? [] : [[name, value] as const];
    }),
    ...Object.entries(facts.checksums).map(([name, value]) => [name, value] as const),
    ...Object.entries(facts.metadata).map(([name, value]) => [`meta ${name}`, value] as const),
  ];
  const column = Math.max(...lines.map(([name]) => name.length));
  if (output.isForPeople) output.answer(output.paint.strong(printable(about)));
  for (const [name, value] of lines) {
    output.answer(
      output.isForPeople
        ? `  ${printable(name).padEnd(column)}  ${printable(value)}`
        : `${printable(name)}\t${printable(value)}`,
    );
  }
  return exitCodes.done;
}

function factsOf(answer: HttpAnswer) {
  const modified = Date.parse(headerText(answer, 'last-modified') ?? '');
  return {
    size: Number(headerText(answer, 'content-length') ?? 0),
    contentType: headerText(answer, 'content-type') ?? null,
    lastModified: Number.isNaN(modified) ? null : new Date(modified).toISOString(),
    etag: (headerText(answer, 'etag') ?? '').replaceAll('"', '') || null,
    versionId: headerText(answer, 'x-amz-version-id') ?? null,
    storageClass: headerText(answer, 'x-amz-storage-class') ?? 'STANDARD',
    encryption: headerText(answer, 'x-amz-server-side-encryption') ?? null,
    checksums: headersBelow(answer, checksumPrefix, (name) => name !== 'type'),
    metadata: headersBelow(answer, metadataPrefix, () => true),
  };
}

function headersBelow(
  answer: HttpAnswer,
  prefix: string,
  isMeant: (name: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(answer.headers)
      .filter((name) => name.startsWith(prefix) && isMeant(name.slice(prefix.length)))
      .map((name) => [name.slice(prefix.length), decodeWords(headerText(answer, name) ?? '')]),
  );
}
