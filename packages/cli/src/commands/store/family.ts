import type { Command, Flag } from '../../core/command.ts';

const recursive: Flag = { name: 'recursive', short: 'r', text: 'whole folders' };
const version: Flag = { name: 'version-id', value: 'ID', text: 'this version of the object' };
const dryRun: Flag = { name: 'dry-run', text: 'only show what would be done' };
const human: Flag = { name: 'human', text: 'sizes like 4.2 MiB in pipes too' };

function filters(when: string): readonly Flag[] {
  return [
    { name: 'include', value: 'PATTERN', repeatable: true, text: `${when}only names that match` },
    { name: 'exclude', value: 'PATTERN', repeatable: true, text: `${when}skip names that match` },
  ];
}

const headerFlags: readonly Flag[] = [
  { name: 'content-type', alias: 'type', value: 'TYPE', text: 'media type', defaultText: "from the file's name" },
  { name: 'cache-control', value: 'TEXT', text: 'Cache-Control of the object' },
  { name: 'content-disposition', value: 'TEXT', text: 'Content-Disposition of the object' },
  { name: 'content-encoding', value: 'TEXT', text: 'Content-Encoding of the object' },
  { name: 'metadata', value: 'NAME=VALUE', repeatable: true, text: 'user metadata' },
];

const transferFlags: readonly Flag[] = [
  { name: 'parallel', value: 'N', text: 'files or parts at a time', defaultText: '4' },
  { name: 'part-size', value: 'SIZE', text: 'size of a part, above 64 MiB', defaultText: '16MiB' },
  { name: 'keep-parts', text: 'keep uploaded parts after a failure' },
];

const copyFlags: readonly Flag[] = [
  recursive,
  ...filters('with -r: '),
  ...headerFlags,
  { name: 'if-none-match', text: 'fail if the key exists' },
  ...transferFlags,
  { name: 'resume', text: 'continue an interrupted copy; skip what is there' },
  { name: 'checksum', text: 'verify a CRC-64 of all bytes' },
  dryRun,
];

const copyNotes = [
  'a/b that exists as a file and could be an object is refused: write ./a/b or s3://a/b.',
  "SOURCE may be a pattern: 's3://logs/2026/*.gz'. * stops at /, ** does not. In --include, * also matches /.",
];

const bucketArgument = { name: 'BUCKET', text: 'name of a bucket', presence: 'required' } as const;
const objectArgument = { name: 'TARGET', text: 'bucket/key or s3://bucket/key', presence: 'required' } as const;
const copySource = {
  name: 'SOURCE',
  text: 'a file, s3://bucket/key, bucket/key, or -',
  presence: 'required',
  repeatable: true,
} as const;
const copyDestination = {
  name: 'DESTINATION',
  text: 'the same; end in / to keep the name',
  presence: 'required',
} as const;

const listCommands: readonly Command[] = [
  {
    path: ['ls'],
    summary: 'List buckets, or the keys of a bucket.',
    arguments: [{ name: 'TARGET', text: 'bucket or bucket/prefix', presence: 'optional' }],
    flags: [
      { name: 'recursive', short: 'r', text: 'all keys, not one folder' },
      { name: 'versions', text: 'every version and delete marker' },
      { name: 'long', text: 'also show ETags' },
      human,
      { name: 'all', text: 'more than the first 1,000 on a terminal' },
    ],
    examples: [
      ['tidegate ls', 'buckets'],
      ['tidegate ls reports/2026/', 'one folder'],
      ['tidegate ls -r reports | cut -f1', 'every key, for a script'],
    ],
    load: () => import('./ls.ts'),
  },
  {
    path: ['du'],
    summary: 'Show how many objects and bytes buckets or prefixes hold.',
    arguments: [
      { name: 'TARGET', text: 'bucket or bucket/prefix (every bucket)', presence: 'optional', repeatable: true },
    ],
    flags: [
      { name: 'depth', value: 'N', text: 'also each folder, N levels deep', defaultText: '0' },
      { name: 'versions', text: 'count every version' },
      human,
    ],
    examples: [
      ['tidegate du', 'every bucket'],
      ['tidegate du reports --depth 1', 'its folders, too'],
      ['tidegate du reports/2026/ --json', 'for a script'],
    ],
    load: () => import('./du.ts'),
  },
  {
    path: ['find'],
    summary: 'Find objects by name, size and age.',
    arguments: [{ name: 'TARGET', text: 'bucket or bucket/prefix', presence: 'required' }],
    flags: [
      { name: 'name', value: 'PATTERN', text: "the last part of the key; with a / the whole: '2026/**/*.gz'" },
      { name: 'larger', value: 'SIZE', text: 'larger than this' },
      { name: 'smaller', value: 'SIZE', text: 'smaller than this' },
      { name: 'older-than', value: 'TIME', text: 'changed longer ago than this: 30d' },
      { name: 'newer-than', value: 'TIME', text: 'changed within this time: 12h' },
    ],
    examples: [
      ["tidegate find reports --name '*.pdf'", 'by name'],
      ['tidegate find logs --larger 100MB --older-than 90d', 'large and old'],
      ["tidegate find logs --name '*.gz' | cut -f1", 'for a script'],
    ],
    load: () => import('./find.ts'),
  },
];

const copyCommands: readonly Command[] = [
  {
    path: ['cp'],
    summary: 'Copy files to the store, objects to files, or objects to objects.',
    arguments: [copySource, copyDestination],
    flags: copyFlags,
    examples: [
      ['tidegate cp q3.pdf s3://reports/', 'upload'],
      ["tidegate cp 's3://logs/2026/*.gz' ./logs/", 'download what matches'],
      ['tar c ./src | tidegate cp - s3://backup/src.tar', 'a stream'],
    ],
    notes: copyNotes,
    load: () => import('./cp.ts'),
  },
  {
    path: ['mv'],
    summary: 'Move files and objects: copy them, then delete each source.',
    arguments: [{ ...copySource, text: 'a file, s3://bucket/key, or bucket/key' }, copyDestination],
    flags: copyFlags,
    examples: [
      ['tidegate mv s3://reports/a.pdf s3://reports/old/', 'an object'],
      ['tidegate mv q3.pdf s3://reports/', 'upload'],
      ['tidegate mv -r s3://inbox/ s3://archive/2026/', 'a folder'],
    ],
    notes: copyNotes,
    load: () => import('./mv.ts'),
  },
  {
    path: ['sync'],
    summary: 'Copy what is missing or differs from one folder or prefix to another.',
    arguments: [
      { name: 'SOURCE', text: 'a folder, or s3://bucket/prefix', presence: 'required' },
      { name: 'DESTINATION', text: 'the same', presence: 'required' },
    ],
    flags: [
      { name: 'delete', text: 'delete at the destination what the source lacks; asks' },
      { name: 'size-only', text: 'compare sizes, not times' },
      { name: 'checksum', text: 'compare contents, not times' },
      ...filters(''),
      ...headerFlags,
      ...transferFlags,
      { name: 'resume', text: 'continue interrupted copies' },
      { name: 'if-none-match', text: 'only keys that do not exist', hidden: true },
      dryRun,
    ],
    examples: [
      ['tidegate sync ./site s3://www/', 'upload what changed'],
      ['tidegate sync s3://reports/2026/ ./2026 --delete --dry-run', 'preview'],
      ['tidegate sync s3://reports s3://archive/reports', 'between buckets'],
    ],
    notes: [
      'Without a flag, a file is copied if sizes differ or the source is newer. A downloaded file keeps the time of its object.',
    ],
    load: () => import('./sync.ts'),
  },
];

const objectCommands: readonly Command[] = [
  {
    path: ['rm'],
    summary: 'Delete objects. Asks first, or needs --yes.',
    arguments: [{ ...objectArgument, text: "bucket/key, or a pattern: 'logs/2025/*.gz'", repeatable: true }],
    flags: [recursive, ...filters('with -r: '), dryRun],
    examples: [
      ['tidegate rm reports/old.pdf', 'asks first'],
      ["tidegate rm 's3://logs/2025/**/*.gz' --dry-run", 'what matches'],
      ["tidegate rm -r reports/2025/ --exclude '*.pdf' --yes", 'a folder'],
    ],
    notes: ['* and ? match within one folder; ** also matches /.'],
    load: () => import('./rm.ts'),
  },
  {
    path: ['stat'],
    summary: 'Show size, type, ETag and metadata of an object.',
    arguments: [objectArgument],
    flags: [version],
    examples: [
      ['tidegate stat reports/q3.pdf', 'the current version'],
      ['tidegate stat reports/q3.pdf --json=size,etag', 'for a script'],
      ['tidegate stat reports/q3.pdf --version-id 3sL4kq…', 'a version'],
    ],
    load: () => import('./stat.ts'),
  },
  {
    path: ['cat'],
    summary: 'Print an object to stdout.',
    arguments: [objectArgument],
    flags: [{ name: 'range', value: 'RANGE', text: 'only these bytes: 0-99, 100-, -100' }, version],
    examples: [
      ['tidegate cat logs/today.txt', 'all of it'],
      ['tidegate cat logs/today.txt --range -1000', 'its last 1,000 bytes'],
      ['tidegate cat backup/src.tar | tar t', 'to another program'],
    ],
    load: () => import('./cat.ts'),
  },
  {
    path: ['tag', 'get'],
    summary: 'Show the tags of an object or a bucket.',
    arguments: [{ ...objectArgument, text: 'bucket/key, or bucket' }],
    flags: [],
    examples: [
      ['tidegate tag get reports/q3.pdf', 'of an object'],
      ['tidegate tag get reports', 'of a bucket'],
      ['tidegate tag get reports/q3.pdf --json', 'for a script'],
    ],
    load: () => import('../bucket/tag.ts'),
  },
  {
    path: ['tag', 'set'],
    summary: 'Set the tags of an object or a bucket; others are removed.',
    arguments: [
      { ...objectArgument, text: 'bucket/key, or bucket' },
      { name: 'NAME=VALUE', text: 'a tag', presence: 'required', repeatable: true },
    ],
    flags: [],
    examples: [
      ['tidegate tag set reports/q3.pdf team=finance year=2026', 'an object'],
      ['tidegate tag set reports cost-center=42', 'a bucket'],
      ['tidegate tag get reports/q3.pdf', 'shows them'],
    ],
    load: () => import('../bucket/tag.ts'),
  },
  {
    path: ['tag', 'rm'],
    summary: 'Remove all tags of an object or a bucket.',
    arguments: [{ ...objectArgument, text: 'bucket/key, or bucket' }],
    flags: [],
    examples: [
      ['tidegate tag rm reports/q3.pdf', 'of an object'],
      ['tidegate tag rm reports', 'of a bucket'],
      ['tidegate tag get reports/q3.pdf', 'shows them'],
    ],
    load: () => import('../bucket/tag.ts'),
  },
];

const makeBucket: readonly Command[] = [
  {
    path: ['mb'],
    summary: 'Create buckets.',
    arguments: [
      {
        name: 'BUCKET',
        text: '3 to 63 lower-case letters, digits, hyphens and dots',
        presence: 'required',
        repeatable: true,
      },
    ],
    flags: [
      { name: 'versioning', text: 'keep every version of an object' },
      { name: 'object-lock', text: 'allow retention and legal hold; enables versioning' },
    ],
    examples: [
      ['tidegate mb reports', 'one bucket'],
      ['tidegate mb reports --versioning', 'with versions'],
      ['tidegate mb reports --region eu-central-1', 'in that region'],
    ],
    notes: ['A bucket of yours that already exists is left as it is.'],
    load: () => import('./mb.ts'),
  },
  {
    path: ['rb'],
    summary: 'Delete buckets.',
    arguments: [{ ...bucketArgument, repeatable: true }],
    flags: [{ name: 'force', text: 'delete every version and incomplete upload first; asks' }],
    examples: [
      ['tidegate rb reports', 'an empty bucket'],
      ['tidegate rb a-old b-old', 'two'],
      ['tidegate rb reports --force', 'with its objects'],
    ],
    load: () => import('./rb.ts'),
  },
];

/** The commands for objects, and those that create and delete buckets. */
export const storeCommands: readonly Command[] = [...makeBucket, ...listCommands, ...copyCommands, ...objectCommands];
