import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { countFlag } from '../../core/flag-values.ts';
import { parseTarget } from '../../core/target.ts';
import { listBuckets, listVersions } from '../../s3/listing.ts';
import { clientFor } from '../../s3/s3-call.ts';
import type { S3Client } from '../../s3/s3-client.ts';
import { describeBytes, describeCount } from '../../terminal/format.ts';
import { pathCut, showTable } from '../../terminal/table.ts';
import { walk } from '../../transfer/walk.ts';

type Sum = { objects: number; bytes: number };
type Place = { readonly bucket: string; readonly prefix: string };

const deepest = 32;

/** `du`: objects and bytes of buckets or prefixes, folder by folder with `--depth`. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const client = clientFor(call);
  const depth = countFlag(flags, 'depth', 0, deepest) ?? 0;
  const places =
    args.length === 0
      ? (await listBuckets(client)).map(({ name }) => ({ bucket: name, prefix: '' }))
      : args.map(placeOf);
  const items: { name: string; objects: number; size: number }[] = [];
  for (const place of places) {
    for (const [name, { objects, bytes }] of await sumsOf(place, depth, client, call))
      items.push({ name, objects, size: bytes });
  }
  if (output.isJson) {
    output.json({ items, next: null });
    return exitCodes.done;
  }
  const isHuman = flags.has('human');
  showTable(
    output,
    [
      { name: 'SIZE', align: 'right' },
      { name: 'OBJECTS', align: 'right' },
      { name: 'NAME', cut: pathCut },
    ],
    items.map(({ name, objects, size }) => [
      { shown: describeBytes(size), plain: isHuman ? describeBytes(size) : String(size) },
      { shown: describeCount(objects), plain: String(objects) },
      name,
    ]),
  );
  return exitCodes.done;
}

function placeOf(argument: string): Place {
  const target = parseTarget(argument);
  if (target.kind === 'bucket') return { bucket: target.bucket, prefix: '' };
  if (target.kind === 'object') return { bucket: target.bucket, prefix: target.key };
  throw wrongUse(`"${argument}" is not a bucket or a prefix.`);
}

/** The sum of all below a place, after those of its folders down to a depth. */
async function sumsOf({ bucket, prefix }: Place, depth: number, client: S3Client, { flags, output }: Call) {
  const sums = new Map<string, Sum>();
  const whole: Sum = { objects: 0, bytes: 0 };
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const add = (name: string, sizeBytes: number): void => {
    const segments = name.split('/').slice(0, -1);
    for (let at = 1; at <= Math.min(depth, segments.length); at += 1) {
      const key = `${bucket}/${folder}${segments.slice(0, at).join('/')}/`;
      const sum = sums.get(key) ?? { objects: 0, bytes: 0 };
      sums.set(key, { objects: sum.objects + 1, bytes: sum.bytes + sizeBytes });
    }
    whole.objects += 1;
    whole.bytes += sizeBytes;
  };
  if (flags.has('versions')) {
    for await (const { key, sizeBytes, isDeleteMarker } of listVersions(client, { bucket, prefix: folder })) {
      if (!isDeleteMarker) add(key.slice(folder.length), sizeBytes);
    }
  } else {
    for await (const { name, sizeBytes } of walk({ kind: 'object', bucket, key: folder }, client, output))
      add(name, sizeBytes);
  }
  return [
    ...[...sums].sort(([one], [other]) => (one < other ? -1 : 1)),
    [folder === '' ? bucket : `${bucket}/${folder}`, whole] as const,
  ];
}
