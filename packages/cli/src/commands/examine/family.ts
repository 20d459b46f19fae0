import type { Command } from '../../core/command.ts';
import { urlNote } from '../../links/url-note.ts';

/** The commands that examine links and servers. */
export const examineCommands: readonly Command[] = [
  {
    path: ['inspect'],
    summary: 'Show what URLs contain: operation, object, key, expiration, limits. Offline.',
    arguments: [
      { name: 'URL', text: 'a presigned URL; default: stdin, one per line', presence: 'optional', repeatable: true },
    ],
    flags: [],
    examples: [
      ["tidegate inspect 'https://…'", 'one URL'],
      ['tidegate inspect --json=state,expiresAt < urls.txt', 'for a script'],
      ['tidegate inspect - < url.txt', 'from stdin'],
    ],
    notes: [urlNote],
    load: () => import('./inspect.ts'),
  },
  {
    path: ['explain'],
    summary: 'Explain why a link works or fails, check by check.',
    arguments: [{ name: 'URL', text: 'a URL, a curl command, an XML error; -: stdin', presence: 'required' }],
    flags: [
      { name: 'host', value: 'HOST', text: 'the Host that the server saw' },
      { name: 'method', value: 'METHOD', text: 'the method that was used', defaultText: 'GET' },
      { name: 'header', short: 'H', value: "'NAME: VALUE'", repeatable: true, text: 'a header that was sent' },
      { name: 'at', value: 'TIME', text: 'explain it as of this time' },
      { name: 'secret-stdin', text: 'the secret of its key comes from stdin' },
      { name: 'canonical', text: 'show the bytes that were signed' },
      { name: 'local', text: 'never ask the server' },
    ],
    examples: [
      ["tidegate explain 'https://…'", 'with the key of the profile'],
      ["tidegate explain 'https://…' --host localhost:9000", 'behind a proxy'],
      ['tidegate explain - < error.xml', 'the answer of a store'],
    ],
    notes: [
      'The server is asked for what is not known locally: the secret, uses left.',
      `${urlNote} Exit code 6: it fails; 2: its secret is not here.`,
    ],
    load: () => import('./explain.ts'),
  },
  {
    path: ['health'],
    summary: 'Check whether a server is ready, as container probes do. Needs no key.',
    arguments: [],
    flags: [
      { name: 'url', value: 'URL', text: 'the server', defaultText: 'that of the profile' },
      { name: 'live', text: 'check that it runs, not that it is ready' },
    ],
    examples: [
      ['tidegate health', 'of the profile'],
      ['tidegate health --url http://127.0.0.1:9000', 'of that server'],
      ['tidegate health --live --timeout 2s', 'for a probe'],
    ],
    load: () => import('./health.ts'),
  },
  {
    path: ['doctor'],
    summary: 'Check for common deployment problems and how to fix them.',
    arguments: [],
    flags: [
      { name: 'bucket', value: 'BUCKET', text: 'also check this bucket' },
      { name: 'origin', value: 'URL', text: 'check that pages of this origin may use the bucket' },
      { name: 'public-endpoint', value: 'URL', text: 'also try a link at this address' },
    ],
    examples: [
      ['tidegate doctor', 'the current setup'],
      ['tidegate doctor --bucket in --origin https://app.example.com', 'CORS'],
      ['tidegate doctor --public-endpoint https://files.example.com', 'a link'],
    ],
    notes: ['Exit code 6: at least one problem.'],
    load: () => import('./doctor.ts'),
  },
  {
    path: ['strict'],
    summary: 'Test whether an S3 server refuses presigned requests that were changed.',
    arguments: [{ name: 'ENDPOINT', text: 'any S3 server: https://host, http://host:port', presence: 'required' }],
    flags: [{ name: 'bucket', value: 'BUCKET', text: 'an existing bucket', defaultText: 'a new one' }],
    examples: [
      ['tidegate strict http://127.0.0.1:9000', 'with the key of the profile'],
      ['tidegate strict https://s3.example.com --bucket probe', 'in a bucket'],
      ['tidegate strict http://127.0.0.1:9000 --json', 'for a report'],
    ],
    notes: [
      'It changes every part of links and forms of both signature versions, and signs invalid requests. It deletes what it writes. Exit code 6: the server accepted something it should refuse.',
    ],
    load: () => import('./strict.ts'),
  },
  {
    path: ['console'],
    summary: 'Open the web console in the browser, signed in.',
    arguments: [],
    flags: [{ name: 'print', text: 'print the URL instead; it works once' }],
    examples: [
      ['tidegate console', 'in the browser'],
      ['tidegate console --print', 'for a machine without a browser'],
      ['tidegate console --profile work', 'with another key'],
    ],
    notes: ['The URL contains a code that works once, for five minutes.'],
    load: () => import('./console.ts'),
  },
];
