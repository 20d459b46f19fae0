import type { Command, Flag } from './command.ts';

const recursive: Flag = { name: 'recursive', short: 'r', text: 'whole folders' };
const version: Flag = { name: 'version-id', value: 'ID', text: 'this version of the object' };
const dryRun: Flag = { name: 'dry-run', text: 'say what would be done' };
const filters: readonly Flag[] = [
  { name: 'include', value: 'PATTERN', repeatable: true, text: 'with -r: only names that fit it' },
  { name: 'exclude', value: 'PATTERN', repeatable: true, text: 'with -r: no names that fit it' },
];

const copyFlags: readonly Flag[] = [
  recursive,
  ...filters,
  { name: 'type', value: 'TYPE', text: 'media type of an upload', defaultText: "by the file's name" },
  { name: 'if-none-match', text: 'the key must not exist yet' },
  { name: 'parallel', value: 'N', text: 'files or parts at a time', defaultText: '4' },
  { name: 'part-size', value: 'SIZE', text: 'size of a part, above 64 MiB', defaultText: '16MiB' },
  { name: 'resume', text: 'go on with what was begun; leave what is the same' },
  { name: 'checksum', text: 'compare all bytes with a CRC-64 that the store keeps' },
  { name: 'keep-parts', text: 'leave sent parts when it fails' },
  dryRun,
];

const copyNotes = [
  'A path with / that is a file here and could be an object is refused: write ./path or s3://.',
  'PATTERN: * any characters, / too; ? one; [abc] one of them. --exclude beats --include.',
];

const bucketArgument = { name: 'BUCKET', text: 'name of a bucket', presence: 'required' } as const;
const objectArgument = { name: 'TARGET', text: 'bucket/key or s3://bucket/key', presence: 'required' } as const;

/** The commands for buckets and objects. */
export const storeCommands: readonly Command[] = [
  {
    path: ['mb'],
    summary: 'Makes buckets.',
    arguments: [
      {
        name: 'BUCKET',
        text: 'name of 3 to 63 small letters, digits, - and .',
        presence: 'required',
        repeatable: true,
      },
    ],
    flags: [
      { name: 'versioning', text: 'keep every version of an object' },
      { name: 'object-lock', text: 'allow retention and legal hold; keeps versions' },
    ],
    examples: [
      ['tidegate mb reports', 'one'],
      ['tidegate mb reports --versioning', 'with versions'],
      ['tidegate mb reports --region eu-central-1', 'in that region'],
    ],
    load: () => import('./commands/mb.ts'),
  },
  {
    path: ['rb'],
    summary: 'Removes buckets.',
    arguments: [{ ...bucketArgument, repeatable: true }],
    flags: [{ name: 'force', text: 'empty it first, every version and open upload; asks' }],
    examples: [
      ['tidegate rb reports', 'an empty one'],
      ['tidegate rb a-old b-old', 'two'],
      ['tidegate rb reports --force', 'with all that is in it'],
    ],
    load: () => import('./commands/rb.ts'),
  },
  {
    path: ['ls'],
    summary: 'Lists the buckets, or the keys of a bucket.',
    arguments: [{ name: 'TARGET', text: 'bucket or bucket/prefix', presence: 'optional' }],
    flags: [
      { name: 'recursive', short: 'r', text: 'all keys, not one folder' },
      { name: 'versions', text: 'every version, and the marks of deletion' },
      { name: 'long', text: 'ETags too' },
      { name: 'all', text: 'more than the first 1,000 on a terminal' },
    ],
    examples: [
      ['tidegate ls', 'buckets'],
      ['tidegate ls reports/2026/', 'one folder'],
      ['tidegate ls -r reports | cut -f1', 'every key, for a script'],
    ],
    load: () => import('./commands/ls.ts'),
  },
  {
    path: ['cp'],
    summary: 'Copies files to the store, objects to files, or inside the store.',
    arguments: [
      { name: 'SOURCE', text: 'a file, s3://bucket/key, bucket/key, or -', presence: 'required', repeatable: true },
      { name: 'DESTINATION', text: 'the same; ends in / to keep the name', presence: 'required' },
    ],
    flags: copyFlags,
    examples: [
      ['tidegate cp q3.pdf s3://reports/', 'to the store'],
      ["tidegate cp -r s3://reports/2026/ ./2026 --include '*.pdf'", 'a folder'],
      ['tar c ./src | tidegate cp - s3://backup/src.tar', 'a stream'],
    ],
    notes: copyNotes,
    load: () => import('./commands/cp.ts'),
  },
  {
    path: ['mv'],
    summary: 'Moves files and objects: copies them, then removes each source.',
    arguments: [
      { name: 'SOURCE', text: 'a file, s3://bucket/key, or bucket/key', presence: 'required', repeatable: true },
      { name: 'DESTINATION', text: 'the same; ends in / to keep the name', presence: 'required' },
    ],
    flags: copyFlags,
    examples: [
      ['tidegate mv s3://reports/a.pdf s3://reports/old/', 'inside the store'],
      ['tidegate mv q3.pdf s3://reports/', 'to the store'],
      ['tidegate mv -r s3://inbox/ s3://archive/2026/', 'a folder'],
    ],
    notes: copyNotes,
    load: () => import('./commands/mv.ts'),
  },
  {
    path: ['rm'],
    summary: 'Deletes objects. Asks first, or wants --yes.',
    arguments: [{ ...objectArgument, repeatable: true }],
    flags: [recursive, ...filters, dryRun],
    examples: [
      ['tidegate rm reports/old.pdf', 'asks'],
      ['tidegate rm reports/old.pdf --yes', 'does not'],
      ["tidegate rm -r reports/2025/ --exclude '*.pdf'", 'a folder'],
    ],
    load: () => import('./commands/rm.ts'),
  },
  {
    path: ['stat'],
    summary: 'Tells what is known of an object, without its bytes.',
    arguments: [objectArgument],
    flags: [version],
    examples: [
      ['tidegate stat reports/q3.pdf', 'size, type, ETag, metadata'],
      ['tidegate stat reports/q3.pdf --json=size,etag', 'for a script'],
      ['tidegate stat reports/q3.pdf --version-id 3sL4kq…', 'a version'],
    ],
    load: () => import('./commands/stat.ts'),
  },
  {
    path: ['cat'],
    summary: 'Writes the bytes of an object to stdout.',
    arguments: [objectArgument],
    flags: [{ name: 'range', value: 'RANGE', text: 'some of them: 0-99, 100-, -100' }, version],
    examples: [
      ['tidegate cat logs/today.txt', 'all of it'],
      ['tidegate cat logs/today.txt --range -1000', 'its last 1,000 bytes'],
      ['tidegate cat backup/src.tar | tar t', 'into another program'],
    ],
    load: () => import('./commands/cat.ts'),
  },
  {
    path: ['cors', 'get'],
    summary: 'Shows which web pages may use a bucket.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate cors get uploads', 'the rules'],
      ['tidegate cors get uploads --json > cors.json', 'for cors set --file'],
      ['tidegate cors get s3://uploads', 'the same'],
    ],
    load: () => import('./commands/cors-get.ts'),
  },
  {
    path: ['cors', 'set'],
    summary: 'Lets pages of an origin use a bucket, or takes rules from a file.',
    arguments: [bucketArgument],
    flags: [
      {
        name: 'origin',
        value: 'URL',
        repeatable: true,
        text: 'pages that may upload and download; replaces the rules',
      },
      { name: 'file', value: 'JSON', text: 'rules as cors get --json and aws cli write them; -: stdin' },
    ],
    examples: [
      ['tidegate cors set uploads --origin https://app.example.com', 'one page'],
      ["tidegate cors set uploads --origin '*'", 'every page'],
      ['tidegate cors set uploads --file cors.json', 'rules of your own'],
    ],
    notes: ['--origin allows GET, PUT, POST, HEAD and DELETE, every header, and shows ETag, as uploads need it.'],
    load: () => import('./commands/cors-set.ts'),
  },
  {
    path: ['cors', 'rm'],
    summary: 'Takes all CORS rules from a bucket: no web page may use it.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate cors rm uploads', 'asks'],
      ['tidegate cors rm uploads --yes', 'does not'],
      ['tidegate cors rm s3://uploads --yes', 'the same'],
    ],
    load: () => import('./commands/cors-rm.ts'),
  },
];
