import type { Argument, Command, Flag } from '../../core/command.ts';
import { requestLimitFlags, shareLimitFlags } from '../../links/share-fields.ts';
import { urlNote } from '../../links/url-note.ts';

const links: Argument = { name: 'LINK', text: 'lk_…, sh_…, rq_…, or a URL', presence: 'required', repeatable: true };
const oneLink: Argument = { name: 'LINK', text: 'lk_…, sh_…, rq_…, or a URL', presence: 'required' };
const requests: Argument = { name: 'REQUEST', text: 'rq_…, or its URL', presence: 'required', repeatable: true };
const copy: Flag = { name: 'copy', text: 'copy it to the clipboard' };
const qr: Flag = {
  name: 'qr',
  value: 'HOW',
  valueOptional: true,
  text: 'also show a QR code; =invert for light terminals',
};
const events: Flag = { name: 'events', value: 'N', text: 'show the last N events', defaultText: '10' };
const passwordFlags: readonly Flag[] = [
  { name: 'password', text: 'prompt for a password to protect it' },
  { name: 'password-stdin', text: 'read the password from stdin' },
];
const endFlags: readonly Flag[] = [
  { name: 'expires', value: 'TIME', text: 'how long it works: 12h, 30d', defaultText: '7d' },
  { name: 'never', text: 'it never expires' },
];
const about: readonly Flag[] = [
  { name: 'title', value: 'TEXT', text: 'title of its page' },
  { name: 'note', value: 'TEXT', text: 'text on its page' },
];

const shareCommands: readonly Command[] = [
  {
    path: ['share', 'create'],
    summary: 'Make a short link to objects, stored on the server.',
    arguments: [
      {
        name: 'TARGET',
        text: 'bucket/key, several keys of a bucket, or bucket/folder/',
        presence: 'required',
        repeatable: true,
      },
    ],
    flags: [
      ...endFlags,
      ...passwordFlags,
      ...about,
      { name: 'upload', value: 'FILE', text: 'upload this file there first' },
      { name: 'allow-missing', text: 'share a key that does not exist yet' },
      qr,
      copy,
    ],
    flagGroups: [shareLimitFlags],
    examples: [
      ['tidegate share create reports/q3.pdf --expires 30d --uses 5', 'a file'],
      ['tidegate share create reports/q3.pdf --password --qr', 'asks for it'],
      ['tidegate share create reports/2026/ --title Reports', 'a folder'],
    ],
    load: () => import('./share-create.ts'),
  },
  {
    path: ['share', 'edit'],
    summary: 'Change a share or file request, or narrow a presigned URL.',
    arguments: [oneLink],
    flags: [
      { name: 'expires', value: 'TIME', text: 'how long from now: 12h, 30d' },
      { name: 'never', text: 'it never expires (shares and file requests)' },
      { name: 'uses', value: 'N', text: 'at most N uses in total' },
      { name: 'ip', value: 'CIDR', repeatable: true, text: 'only from these addresses' },
      ...passwordFlags,
      { name: 'no-password', text: 'remove the password' },
      { name: 'title', value: 'TEXT', text: 'title of its page; empty: none' },
      { name: 'note', value: 'TEXT', text: 'text on its page; empty: none' },
    ],
    examples: [
      ['tidegate share edit sh_m3x7kq2hw5ytz4nc --uses 10', 'more uses'],
      ['tidegate share edit lk_5kq2xw7hzr3nmb4c --expires 5m', 'expires sooner'],
      ["tidegate share edit 'https://…' --ip 203.0.113.0/24", 'only from there'],
    ],
    notes: [urlNote],
    load: () => import('./share-edit.ts'),
  },
];

const ledgerCommands: readonly Command[] = [
  {
    path: ['share', 'list'],
    summary: 'List all links: shares, file requests, presigned URLs.',
    arguments: [],
    flags: [
      { name: 'state', value: 'STATES', text: 'active,spent,revoked,expired' },
      { name: 'kind', value: 'KINDS', text: 'share,request,link' },
      { name: 'bucket', value: 'BUCKET', text: 'to this bucket' },
      { name: 'prefix', value: 'PREFIX', text: 'to keys with this prefix' },
      { name: 'key', value: 'ID', text: 'signed by this access key' },
      { name: 'label', value: 'LABEL', text: 'with this label; inv* for a prefix' },
      { name: 'refused', text: 'only links with refused requests' },
      { name: 'sort', value: 'FIELD', text: 'lastSeen, firstSeen, expires; -expires', defaultText: '-lastSeen' },
      { name: 'limit', value: 'N', text: 'show at most N', defaultText: '100' },
      { name: 'all', text: 'show all' },
    ],
    examples: [
      ['tidegate share list', 'latest first'],
      ['tidegate share list --state spent --bucket reports', 'used up'],
      ['tidegate share list --all --json=id,state', 'for a script'],
    ],
    load: () => import('./share-list.ts'),
  },
  {
    path: ['share', 'show'],
    summary: 'Show a link: its limits, its use, its events.',
    arguments: [oneLink],
    flags: [events, { name: 'url', text: 'print only the URL of a share' }],
    examples: [
      ['tidegate share show lk_5kq2xw7hzr3nmb4c', 'by its id'],
      ["tidegate share show 'https://…' --events 50", 'by its URL'],
      ['tidegate share show sh_m3x7kq2hw5ytz4nc --url', 'its URL'],
    ],
    notes: [urlNote],
    load: () => import('./share-show.ts'),
  },
  {
    path: ['share', 'revoke'],
    summary: 'Revoke links, even ones that were never used, or all that match.',
    arguments: [{ ...links, presence: 'optional' }],
    flags: [
      { name: 'label', value: 'LABEL', text: 'every link with this label' },
      { name: 'bucket', value: 'BUCKET', text: 'every link to this bucket' },
      { name: 'prefix', value: 'PREFIX', text: 'with --bucket: only keys with this prefix' },
      { name: 'key', value: 'ID', text: 'every link of this access key; with --label: of this key' },
      { name: 'session-stdin', text: 'every link of the session token read from stdin' },
      { name: 'before', value: 'TIME', text: 'only links signed or first seen before then', defaultText: 'now' },
      { name: 'reason', value: 'TEXT', text: 'why; shown with the link' },
      { name: 'dry-run', text: 'only count the links' },
    ],
    examples: [
      ["tidegate share revoke 'https://…'", 'any link you can paste'],
      ['tidegate share revoke lk_5kq2xw7hzr3nmb4c --reason "wrong Anna"', 'by its id'],
      ['tidegate share revoke --bucket reports --prefix 2026/', 'asks first'],
    ],
    notes: [urlNote],
    load: () => import('./share-revoke.ts'),
  },
  {
    path: ['share', 'restore'],
    summary: 'Restore revoked links.',
    arguments: [{ ...links, text: 'lk_…, sh_…, rq_…, rv_…, or a URL' }],
    flags: [],
    examples: [
      ['tidegate share restore lk_5kq2xw7hzr3nmb4c', 'by its id'],
      ["tidegate share restore 'https://…'", 'by its URL'],
      ['tidegate share restore rv_8m2kx4tzq7wh3nyc', 'everything it revoked'],
    ],
    notes: [urlNote],
    load: () => import('./share-restore.ts'),
  },
  {
    path: ['share', 'watch'],
    summary: 'Show events of links as they happen, until Ctrl-C.',
    arguments: [{ ...oneLink, presence: 'optional' }],
    flags: [{ name: 'types', value: 'TYPES', text: 'only these: link.spent,link.refused' }],
    examples: [
      ['tidegate share watch', 'all links'],
      ['tidegate share watch lk_5kq2xw7hzr3nmb4c', 'one link'],
      ['tidegate share watch --types link.refused --json', 'for a script'],
    ],
    load: () => import('./share-watch.ts'),
  },
];

const requestCommands: readonly Command[] = [
  {
    path: ['request', 'create'],
    summary: 'Make a URL where others upload files.',
    arguments: [{ name: 'TARGET', text: 'where files are stored: bucket/folder/', presence: 'required' }],
    flags: [
      ...endFlags,
      ...passwordFlags,
      ...about,
      { name: 'max-files', value: 'N', text: 'at most N files' },
      { name: 'notify', value: 'WEBHOOK', repeatable: true, text: 'notify this webhook of each file; its name or id' },
      qr,
      copy,
    ],
    flagGroups: [requestLimitFlags],
    examples: [
      ['tidegate request create inbox/acme/ --expires 30d', '30 days'],
      ['tidegate request create inbox/acme/ --max-files 20 --max-bytes 1GB', 'limited'],
      ['curl -T offer.pdf "$(tidegate request create in/x/)/offer.pdf"', 'upload to it'],
    ],
    load: () => import('./request-create.ts'),
  },
  {
    path: ['request', 'list'],
    summary: 'List file requests.',
    arguments: [],
    flags: [
      { name: 'limit', value: 'N', text: 'show at most N', defaultText: '100' },
      { name: 'all', text: 'show all' },
    ],
    examples: [
      ['tidegate request list', 'latest first'],
      ['tidegate request list --all', 'all of them'],
      ['tidegate request list --json=id,state', 'for a script'],
    ],
    load: () => import('./share-list.ts'),
  },
  {
    path: ['request', 'show'],
    summary: 'Show a file request: its limits, its use, its events.',
    arguments: [{ name: 'REQUEST', text: 'rq_…', presence: 'required' }],
    flags: [events, { name: 'url', text: 'print only its URL', hidden: true }],
    examples: [
      ['tidegate request show rq_w5k3zt7mq2xh4yrn', 'the last 10 events'],
      ['tidegate request show rq_w5k3zt7mq2xh4yrn --events 50', 'more events'],
      ['tidegate request show rq_w5k3zt7mq2xh4yrn --json', 'for a script'],
    ],
    load: () => import('./share-show.ts'),
  },
  {
    path: ['request', 'close'],
    summary: 'Close file requests: they accept no more files. Uploaded files stay.',
    arguments: [requests],
    flags: [],
    examples: [
      ['tidegate request close rq_w5k3zt7mq2xh4yrn', 'close it'],
      ['tidegate request list', 'shows the ids'],
      ['tidegate request show rq_w5k3zt7mq2xh4yrn', 'what was uploaded'],
    ],
    load: () => import('./request-close.ts'),
  },
];

const receiptVerify: Command = {
  path: ['receipt', 'verify'],
  summary: 'Verify the receipt of a file request.',
  arguments: [{ name: 'FILE', text: 'the receipt as JSON; -: stdin', presence: 'required' }],
  flags: [
    { name: 'server', value: 'URL', text: 'the server that should have signed it' },
    { name: 'keys', value: 'FILE', text: 'a copy of its /_/keys.json; works offline' },
  ],
  examples: [
    ['tidegate receipt verify receipt.json --server https://files.example.com', 'online'],
    ['tidegate receipt verify receipt.json --keys keys.json', 'offline'],
    ['curl -T a.pdf "$URL/a.pdf" | tidegate receipt verify - --server "$S"', 'stdin'],
  ],
  load: () => import('./receipt-verify.ts'),
};

const whoami: Command = {
  path: ['whoami'],
  summary: 'Show the access key in use, its rights, and where it is configured.',
  arguments: [],
  flags: [],
  examples: [
    ['tidegate whoami', 'the current key'],
    ['tidegate whoami --profile work', 'another profile'],
    ['tidegate whoami --json=accessKeyId,role', 'for a script'],
  ],
  load: () => import('./whoami.ts'),
};

/** Commands for shares, the ledger, revocations and file requests. */
export const linkCommands: readonly Command[] = [
  ...shareCommands,
  ...ledgerCommands,
  ...requestCommands,
  receiptVerify,
  whoami,
];
