import type { Argument, Command, Flag } from './command.ts';
import { requestLimitFlags, shareLimitFlags } from './share-fields.ts';
import { urlNote } from './url-note.ts';

const links: Argument = { name: 'LINK', text: 'lk_…, sh_…, rq_…, or a URL', presence: 'required', repeatable: true };
const oneLink: Argument = { name: 'LINK', text: 'lk_…, sh_…, rq_…, or a URL', presence: 'required' };
const requests: Argument = { name: 'REQUEST', text: 'rq_…, or its URL', presence: 'required', repeatable: true };
const copy: Flag = { name: 'copy', text: 'put it into the clipboard of the terminal' };
const qr: Flag = { name: 'qr', value: 'HOW', valueOptional: true, text: 'a QR code too; =invert on light windows' };
const events: Flag = { name: 'events', value: 'N', text: 'how many of its events', defaultText: '10' };
const passwordFlags: readonly Flag[] = [
  { name: 'password', text: 'ask for a password that it wants then' },
  { name: 'password-stdin', text: 'the password comes from stdin' },
];
const ending: Flag = {
  name: 'expires',
  value: 'TIME',
  text: 'how long it works: 12h, 30d, never',
  defaultText: 'never',
};
const about: readonly Flag[] = [
  { name: 'title', value: 'TEXT', text: 'what its page is called' },
  { name: 'note', value: 'TEXT', text: 'what it says; for a request, what is wanted' },
];

const shareCommands: readonly Command[] = [
  {
    path: ['share', 'create'],
    summary: 'Makes a short link that the server holds.',
    arguments: [
      {
        name: 'TARGET',
        text: 'bucket/key, several of a bucket, or bucket/folder/',
        presence: 'required',
        repeatable: true,
      },
    ],
    flags: [
      ending,
      ...passwordFlags,
      ...about,
      { name: 'upload', value: 'FILE', text: 'put this file there first' },
      qr,
      copy,
    ],
    flagGroups: [shareLimitFlags],
    examples: [
      ['tidegate share create reports/q3.pdf --expires 30d --uses 5', ''],
      ['tidegate share create reports/q3.pdf --password --qr', 'asks for it'],
      ['tidegate share create reports/2026/ --title Reports', 'a folder'],
    ],
    load: () => import('./commands/share-create.ts'),
  },
  {
    path: ['share', 'edit'],
    summary: 'Changes a share or file request. A presigned URL can only be narrowed.',
    arguments: [oneLink],
    flags: [
      { name: 'expires', value: 'TIME', text: 'how long from now: 12h, 30d; shares also never' },
      { name: 'uses', value: 'N', text: 'at most N uses in all' },
      { name: 'ip', value: 'CIDR', repeatable: true, text: 'only from these addresses' },
      ...passwordFlags,
      { name: 'no-password', text: 'it wants none any more' },
      { name: 'title', value: 'TEXT', text: 'what its page is called; empty: nothing' },
      { name: 'note', value: 'TEXT', text: 'what it says; empty: nothing' },
    ],
    examples: [
      ['tidegate share edit sh_m3x7kq2hw5ytz4nc --uses 10', ''],
      ['tidegate share edit lk_5kq2xw7hzr3nmb4c --expires 5m', 'ends sooner'],
      ["tidegate share edit 'https://…' --ip 203.0.113.0/24", 'from there alone'],
    ],
    notes: [urlNote],
    load: () => import('./commands/share-edit.ts'),
  },
];

const ledgerCommands: readonly Command[] = [
  {
    path: ['share', 'list'],
    summary: 'Lists the ledger: shares, file requests, presigned links.',
    arguments: [],
    flags: [
      { name: 'state', value: 'STATES', text: 'active,spent,revoked,expired' },
      { name: 'kind', value: 'KINDS', text: 'share,request,link' },
      { name: 'bucket', value: 'BUCKET', text: 'to this bucket' },
      { name: 'prefix', value: 'PREFIX', text: 'to keys that begin so' },
      { name: 'key', value: 'ID', text: 'signed by this access key' },
      { name: 'label', value: 'LABEL', text: 'with this label; inv* for what begins so' },
      { name: 'refused', text: 'those that refused somebody' },
      { name: 'sort', value: 'FIELD', text: 'lastSeen, firstSeen, expires; -expires', defaultText: '-lastSeen' },
      { name: 'limit', value: 'N', text: 'at most N', defaultText: '100' },
      { name: 'all', text: 'every one' },
    ],
    examples: [
      ['tidegate share list', 'the last seen first'],
      ['tidegate share list --state spent --bucket reports', ''],
      ['tidegate share list --all --json=id,state', 'for a script'],
    ],
    load: () => import('./commands/share-list.ts'),
  },
  {
    path: ['share', 'show'],
    summary: 'Shows one link: what it is, what happened to it.',
    arguments: [oneLink],
    flags: [events, { name: 'url', text: 'the URL of a share, and nothing else' }],
    examples: [
      ['tidegate share show lk_5kq2xw7hzr3nmb4c', ''],
      ["tidegate share show 'https://…' --events 50", 'by its URL'],
      ['tidegate share show sh_m3x7kq2hw5ytz4nc --url', 'to copy it again'],
    ],
    notes: [urlNote],
    load: () => import('./commands/share-show.ts'),
  },
  {
    path: ['share', 'revoke'],
    summary: 'Takes links back, also those that were never used; or all that match.',
    arguments: [{ ...links, presence: 'optional' }],
    flags: [
      { name: 'label', value: 'LABEL', text: 'all with this label of a key' },
      { name: 'bucket', value: 'BUCKET', text: 'all to this bucket' },
      { name: 'prefix', value: 'PREFIX', text: 'with --bucket: to keys that begin so' },
      { name: 'key', value: 'ID', text: 'all of this access key; with --label: its label' },
      { name: 'session-stdin', text: 'all of the session token on stdin' },
      { name: 'before', value: 'TIME', text: 'signed or seen until then', defaultText: 'now' },
      { name: 'reason', value: 'TEXT', text: 'why; shown in the ledger' },
      { name: 'dry-run', text: 'count, and do nothing' },
    ],
    examples: [
      ["tidegate share revoke 'https://…'", 'what can be pasted'],
      ['tidegate share revoke lk_5kq2xw7hzr3nmb4c --reason "wrong Anna"', ''],
      ['tidegate share revoke --bucket reports --prefix 2026/', 'counts, asks'],
    ],
    notes: [urlNote],
    load: () => import('./commands/share-revoke.ts'),
  },
  {
    path: ['share', 'restore'],
    summary: 'Undoes a revocation.',
    arguments: [{ ...links, text: 'lk_…, sh_…, rq_…, rv_…, or a URL' }],
    flags: [],
    examples: [
      ['tidegate share restore lk_5kq2xw7hzr3nmb4c', ''],
      ["tidegate share restore 'https://…'", 'by its URL'],
      ['tidegate share restore rv_8m2kx4tzq7wh3nyc', 'all that it took back'],
    ],
    notes: [urlNote],
    load: () => import('./commands/share-restore.ts'),
  },
  {
    path: ['share', 'watch'],
    summary: 'Tells what happens with links, as it happens. Ctrl-C ends it.',
    arguments: [{ ...oneLink, presence: 'optional' }],
    flags: [{ name: 'types', value: 'TYPES', text: 'only these: link.spent,link.refused' }],
    examples: [
      ['tidegate share watch', 'everything'],
      ['tidegate share watch lk_5kq2xw7hzr3nmb4c', 'one link'],
      ['tidegate share watch --types link.refused --json', 'for a script'],
    ],
    load: () => import('./commands/share-watch.ts'),
  },
];

const requestCommands: readonly Command[] = [
  {
    path: ['request', 'create'],
    summary: 'Makes an address where people outside send files.',
    arguments: [{ name: 'TARGET', text: 'where the files go: bucket/folder/', presence: 'required' }],
    flags: [
      ending,
      ...passwordFlags,
      ...about,
      { name: 'max-files', value: 'N', text: 'at most N files' },
      { name: 'notify', value: 'WEBHOOK', repeatable: true, text: 'tell this webhook of each file; its name or id' },
      qr,
      copy,
    ],
    flagGroups: [requestLimitFlags],
    examples: [
      ['tidegate request create inbox/acme/ --expires 7d', ''],
      ['tidegate request create inbox/acme/ --max-files 20 --max-bytes 1GB', ''],
      ['curl -T offer.pdf "$(tidegate request create in/x/)/offer.pdf"', 'to send'],
    ],
    load: () => import('./commands/request-create.ts'),
  },
  {
    path: ['request', 'list'],
    summary: 'Lists the file requests.',
    arguments: [],
    flags: [
      { name: 'limit', value: 'N', text: 'at most N', defaultText: '100' },
      { name: 'all', text: 'every one' },
    ],
    examples: [
      ['tidegate request list', ''],
      ['tidegate request list --all', 'every one'],
      ['tidegate request list --json=id,state', 'for a script'],
    ],
    load: () => import('./commands/share-list.ts'),
  },
  {
    path: ['request', 'show'],
    summary: 'Shows one file request: what it is, what happened to it.',
    arguments: [{ name: 'REQUEST', text: 'rq_…', presence: 'required' }],
    flags: [events, { name: 'url', text: 'its URL, and nothing else', hidden: true }],
    examples: [
      ['tidegate request show rq_w5k3zt7mq2xh4yrn', ''],
      ['tidegate request show rq_w5k3zt7mq2xh4yrn --events 50', 'more of it'],
      ['tidegate request show rq_w5k3zt7mq2xh4yrn --json', 'for a script'],
    ],
    load: () => import('./commands/share-show.ts'),
  },
  {
    path: ['request', 'close'],
    summary: 'Ends file requests: they take no more files. What came stays.',
    arguments: [requests],
    flags: [],
    examples: [
      ['tidegate request close rq_w5k3zt7mq2xh4yrn', ''],
      ['tidegate request list', 'shows the ids'],
      ['tidegate request show rq_w5k3zt7mq2xh4yrn', 'what came'],
    ],
    load: () => import('./commands/request-close.ts'),
  },
];

const receiptVerify: Command = {
  path: ['receipt', 'verify'],
  summary: 'Checks that a receipt of a file request is genuine.',
  arguments: [{ name: 'FILE', text: 'the receipt, JSON; - for stdin', presence: 'required' }],
  flags: [
    { name: 'server', value: 'URL', text: 'whose receipt it should be' },
    { name: 'keys', value: 'FILE', text: 'or its /_/keys.json, kept: no network then' },
  ],
  examples: [
    ['tidegate receipt verify receipt.json --server https://files.example.com', ''],
    ['tidegate receipt verify receipt.json --keys keys.json', 'years later'],
    ['curl -T a.pdf "$URL/a.pdf" | tidegate receipt verify - --server "$S"', ''],
  ],
  load: () => import('./commands/receipt-verify.ts'),
};

const whoami: Command = {
  path: ['whoami'],
  summary: 'Tells which key this is, what it may, and where it came from.',
  arguments: [],
  flags: [],
  examples: [
    ['tidegate whoami', ''],
    ['tidegate whoami --profile work', 'of another profile'],
    ['tidegate whoami --json=accessKeyId,role', 'for a script'],
  ],
  load: () => import('./commands/whoami.ts'),
};

/** The commands about links that are out: shares, the ledger, taking back, file requests. */
export const linkCommands: readonly Command[] = [
  ...shareCommands,
  ...ledgerCommands,
  ...requestCommands,
  receiptVerify,
  whoami,
];
