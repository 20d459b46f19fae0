import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Row } from '../row.ts';

/** Runs the isomorphic entry in a Node of its own that resolves `#hash` as a browser would, and the AWS SDK beside it. */
async function inPureJavaScript(): Promise<{ a: number; b: number }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../pure-javascript.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await once(child, 'close');
  return JSON.parse(out) as { a: number; b: number };
}

export const browserCoreRows: readonly Row[] = [
  {
    id: 'P3',
    what: 'presign() with its own SHA-256, as in a browser',
    against: 'getSignedUrl of the AWS SDK for JavaScript',
    unit: '1/s',
    target: 20,
    atLeast: true,
    run: inPureJavaScript,
  },
];
