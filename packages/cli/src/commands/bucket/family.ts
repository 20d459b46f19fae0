import type { Command, Flag } from '../../core/command.ts';

const bucketArgument = { name: 'BUCKET', text: 'name of a bucket', presence: 'required' } as const;
const file: Flag = { name: 'file', value: 'FILE', text: 'JSON as the aws cli writes it; -: stdin' };

const versioning: readonly Command[] = [
  {
    path: ['bucket', 'versioning', 'get'],
    summary: 'Show whether a bucket keeps versions: enabled, suspended or off.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket versioning get reports', 'its state'],
      ['tidegate bucket versioning get reports --json', 'for a script'],
      ['tidegate ls -r reports --versions', 'the versions'],
    ],
    load: () => import('./versioning.ts'),
  },
  {
    path: ['bucket', 'versioning', 'enable'],
    summary: 'Keep every version of the objects of a bucket from now on.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket versioning enable reports', 'from now on'],
      ['tidegate bucket lifecycle set reports --noncurrent-days 30', 'bound them'],
      ['tidegate bucket versioning get reports', 'its state'],
    ],
    load: () => import('./versioning.ts'),
  },
  {
    path: ['bucket', 'versioning', 'suspend'],
    summary: 'Stop keeping new versions. Existing versions stay.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket versioning suspend reports', 'from now on'],
      ['tidegate bucket versioning enable reports', 'the opposite'],
      ['tidegate bucket versioning get reports', 'its state'],
    ],
    load: () => import('./versioning.ts'),
  },
];

const lifecycle: readonly Command[] = [
  {
    path: ['bucket', 'lifecycle', 'get'],
    summary: 'Show the lifecycle rules of a bucket.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket lifecycle get logs', 'in words'],
      ['tidegate bucket lifecycle get logs --json > lifecycle.json', 'for set --file'],
      ['tidegate bucket lifecycle get s3://logs', 'the same'],
    ],
    load: () => import('./lifecycle.ts'),
  },
  {
    path: ['bucket', 'lifecycle', 'set'],
    summary: 'Replace the lifecycle rules of a bucket, by one rule or a file.',
    arguments: [bucketArgument],
    flags: [
      { name: 'expire-days', value: 'N', text: 'delete objects N days after they were stored' },
      { name: 'noncurrent-days', value: 'N', text: 'delete older versions after N days' },
      { name: 'abort-days', value: 'N', text: 'abort incomplete uploads after N days' },
      { name: 'prefix', value: 'PREFIX', text: 'only keys with this prefix' },
      file,
    ],
    examples: [
      ['tidegate bucket lifecycle set logs --expire-days 30', 'every object'],
      ['tidegate bucket lifecycle set media --prefix tmp/ --expire-days 1', ''],
      ['tidegate bucket lifecycle set logs --file lifecycle.json', 'several rules'],
    ],
    load: () => import('./lifecycle.ts'),
  },
  {
    path: ['bucket', 'lifecycle', 'rm'],
    summary: 'Delete the lifecycle rules of a bucket. Asks first.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket lifecycle rm logs', 'asks first'],
      ['tidegate bucket lifecycle rm logs --yes', 'without asking'],
      ['tidegate bucket lifecycle get logs', 'shows them'],
    ],
    load: () => import('./lifecycle.ts'),
  },
];

const policy: readonly Command[] = [
  {
    path: ['bucket', 'policy', 'get'],
    summary: 'Show the access policy of a bucket.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket policy get reports', 'as JSON'],
      ['tidegate bucket policy get reports > policy.json', 'to edit it'],
      ['tidegate link policy list', 'policies of links'],
    ],
    load: () => import('./policy.ts'),
  },
  {
    path: ['bucket', 'policy', 'set'],
    summary: 'Replace the access policy of a bucket.',
    arguments: [bucketArgument],
    flags: [{ ...file, text: 'the policy, JSON; -: stdin' }],
    examples: [
      ['tidegate bucket policy set reports --file policy.json', 'from a file'],
      ['tidegate bucket policy set reports --file - < policy.json', 'from stdin'],
      ['tidegate bucket policy get reports', 'shows it'],
    ],
    load: () => import('./policy.ts'),
  },
  {
    path: ['bucket', 'policy', 'rm'],
    summary: 'Delete the access policy of a bucket. Asks first.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket policy rm reports', 'asks first'],
      ['tidegate bucket policy rm reports --yes', 'without asking'],
      ['tidegate bucket policy get reports', 'shows it'],
    ],
    load: () => import('./policy.ts'),
  },
];

const cors: readonly Command[] = [
  {
    path: ['bucket', 'cors', 'get'],
    summary: 'Show which web pages may use a bucket.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket cors get uploads', 'the rules'],
      ['tidegate bucket cors get uploads --json > cors.json', 'for set --file'],
      ['tidegate bucket cors get s3://uploads', 'the same'],
    ],
    load: () => import('./cors-get.ts'),
  },
  {
    path: ['bucket', 'cors', 'set'],
    summary: 'Allow pages of an origin to use a bucket, or set rules from a file.',
    arguments: [bucketArgument],
    flags: [
      {
        name: 'origin',
        value: 'URL',
        repeatable: true,
        text: 'pages that may upload and download; replaces the rules',
      },
      file,
    ],
    examples: [
      ['tidegate bucket cors set uploads --origin https://app.example.com', 'one origin'],
      ["tidegate bucket cors set uploads --origin '*'", 'any page'],
      ['tidegate bucket cors set uploads --file cors.json', 'your own rules'],
    ],
    notes: ['--origin allows GET, PUT, POST, HEAD and DELETE with any header, and exposes ETag, which uploads need.'],
    load: () => import('./cors-set.ts'),
  },
  {
    path: ['bucket', 'cors', 'rm'],
    summary: 'Delete the CORS rules of a bucket: no web page may use it. Asks first.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket cors rm uploads', 'asks first'],
      ['tidegate bucket cors rm uploads --yes', 'without asking'],
      ['tidegate bucket cors get uploads', 'shows them'],
    ],
    load: () => import('./cors-rm.ts'),
  },
];

const tags: readonly Command[] = [
  {
    path: ['bucket', 'tags', 'get'],
    summary: 'Show the tags of a bucket.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket tags get reports', 'its tags'],
      ['tidegate bucket tags get reports --json', 'for a script'],
      ['tidegate tag get reports/q3.pdf', 'of an object'],
    ],
    load: () => import('./tag.ts'),
  },
  {
    path: ['bucket', 'tags', 'set'],
    summary: 'Set the tags of a bucket; others are removed.',
    arguments: [bucketArgument, { name: 'NAME=VALUE', text: 'a tag', presence: 'required', repeatable: true }],
    flags: [],
    examples: [
      ['tidegate bucket tags set reports cost-center=42', 'one tag'],
      ['tidegate bucket tags set reports team=a cost-center=42', 'two'],
      ['tidegate bucket tags get reports', 'shows them'],
    ],
    load: () => import('./tag.ts'),
  },
  {
    path: ['bucket', 'tags', 'rm'],
    summary: 'Remove all tags of a bucket.',
    arguments: [bucketArgument],
    flags: [],
    examples: [
      ['tidegate bucket tags rm reports', 'all of them'],
      ['tidegate bucket tags get reports', 'shows them'],
      ['tidegate tag rm reports/q3.pdf', 'of an object'],
    ],
    load: () => import('./tag.ts'),
  },
];

/** The settings of an existing bucket. */
export const bucketCommands: readonly Command[] = [...versioning, ...lifecycle, ...policy, ...cors, ...tags];
