import type { Command, Flag } from '../../core/command.ts';
import { limitFlags } from '../../links/limit-flags.ts';
import { linkFlags } from '../../links/link-flags.ts';

const curl: Flag = { name: 'curl', text: 'print a curl command' };
const version: Flag = { name: 'version-id', value: 'ID', text: 'this version of the object' };
const copy: Flag = { name: 'copy', text: 'copy it to the clipboard' };

/** The commands that sign links, offline. */
export const presignCommands: readonly Command[] = [
  {
    path: ['presign', 'get'],
    summary: 'Sign a link to download an object. Works offline.',
    arguments: [{ name: 'TARGET', text: 'bucket/key or s3://bucket/key', presence: 'required' }],
    flags: [
      ...linkFlags,
      { name: 'download', value: 'NAME', valueOptional: true, text: 'browsers save it under this name' },
      { name: 'inline', text: 'browsers display it' },
      { name: 'type', value: 'TYPE', text: 'media type of the response' },
      version,
      { name: 'stable', value: 'TIME', text: 'return the same link for all calls within this time' },
      curl,
      { name: 'qr', value: 'HOW', valueOptional: true, text: 'also show a QR code; =invert for light terminals' },
      copy,
    ],
    flagGroups: [limitFlags],
    examples: [
      ['tidegate presign reports/q3.pdf', '15 minutes'],
      ['tidegate presign reports/q3.pdf --expires 2h --download', 'saved as q3.pdf'],
      ['curl -fOJ "$(tidegate presign reports/q3.pdf)"', 'download it'],
    ],
    load: () => import('./get.ts'),
  },
  {
    path: ['presign', 'put'],
    summary: 'Sign a request to upload one object.',
    arguments: [{ name: 'TARGET', text: 'bucket/key or s3://bucket/key', presence: 'required' }],
    flags: [
      ...linkFlags,
      { name: 'type', value: 'TYPE', text: 'media type; any other is refused' },
      { name: 'size', value: 'SIZE', text: 'exact size; any other is refused' },
      { name: 'max-size', value: 'SIZE', text: 'largest size (a limit; Tidegate only)' },
      { name: 'no-overwrite', text: 'fail if the key exists' },
      { name: 'metadata', value: 'NAME=VALUE', repeatable: true, text: 'user metadata' },
      curl,
      copy,
      { name: 'fetch', text: 'print a line of JavaScript' },
      { name: 'python', text: 'print a line of Python (requests)' },
    ],
    flagGroups: [limitFlags],
    examples: [
      ['tidegate presign put in/a.csv --type text/csv --curl', 'a command to run'],
      ['tidegate presign put in/a.csv --size 1200', 'exactly 1,200 bytes'],
      ['tidegate presign put in/a.zip --no-overwrite', 'a new key only'],
    ],
    notes: ['stderr lists the headers to send with it; --curl includes them.'],
    load: () => import('./put.ts'),
  },
  {
    path: ['presign', 'post'],
    summary: 'Sign a form that uploads one file from a browser.',
    arguments: [
      { name: 'TARGET', text: 'bucket/key, or bucket (the file name becomes the key)', presence: 'required' },
    ],
    flags: [
      ...linkFlags,
      { name: 'prefix', value: 'PREFIX', text: 'with a bucket: prefix of the key' },
      { name: 'type', value: 'TYPE', text: 'media type; image/* for any image' },
      { name: 'min', value: 'SIZE', text: 'smallest file' },
      { name: 'max', value: 'SIZE', text: 'largest file' },
      { name: 'redirect', value: 'URL', text: 'where the browser goes after the upload' },
      { name: 'html', text: 'print a page with the form' },
    ],
    flagGroups: [limitFlags],
    examples: [
      ["tidegate presign post in --max 5MB --type 'image/*'", 'a curl command'],
      ['tidegate presign post in --prefix u/7/ --html', 'a page'],
      ['tidegate presign post in/a.png --json', 'url and fields'],
    ],
    load: () => import('./post.ts'),
  },
  {
    path: ['presign', 'head'],
    summary: 'Sign a link that returns only the headers of an object.',
    arguments: [{ name: 'TARGET', text: 'bucket/key or s3://bucket/key', presence: 'required' }],
    flags: [...linkFlags, version, curl],
    flagGroups: [limitFlags],
    examples: [
      ['tidegate presign head reports/q3.pdf', '15 minutes'],
      ['tidegate presign head reports/q3.pdf --curl', 'curl -fI'],
      ['tidegate presign head reports/q3.pdf --expires 1d', 'a day'],
    ],
    load: () => import('./head.ts'),
  },
  {
    path: ['presign', 'delete'],
    summary: 'Sign a request that deletes one object.',
    arguments: [{ name: 'TARGET', text: 'bucket/key or s3://bucket/key', presence: 'required' }],
    flags: [...linkFlags, version, curl],
    flagGroups: [limitFlags],
    examples: [
      ['tidegate presign delete inbox/a.zip', '15 minutes'],
      ['tidegate presign delete inbox/a.zip --curl', 'curl -fX DELETE'],
      ['tidegate presign delete inbox/a.zip --expires 5m', 'five minutes'],
    ],
    load: () => import('./delete.ts'),
  },
  {
    path: ['presign', 'list'],
    summary: 'Sign a link that lists a bucket, or the keys with a prefix (XML).',
    arguments: [{ name: 'TARGET', text: 'bucket or bucket/prefix', presence: 'required' }],
    flags: [
      ...linkFlags,
      { name: 'delimiter', value: 'TEXT', text: 'group keys by this delimiter: /' },
      { name: 'max-keys', value: 'N', text: 'at most N entries', defaultText: '1000' },
      curl,
    ],
    flagGroups: [limitFlags],
    examples: [
      ['tidegate presign list reports', 'the first 1,000 keys'],
      ['tidegate presign list reports/2026/ --delimiter /', 'one folder'],
      ['tidegate presign list reports --curl', 'curl -f'],
    ],
    load: () => import('./list.ts'),
  },
];
