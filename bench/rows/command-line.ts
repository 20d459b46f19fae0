import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row } from '../row.ts';

const root = new URL('../../', import.meta.url);
const main = fileURLToPath(new URL('packages/cli/dist/main.js', root));
const startsPerRound = 5;

const environment = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  AWS_ACCESS_KEY_ID: 'TGAKBENCHMARK0000001',
  AWS_SECRET_ACCESS_KEY: 'benchmarks/secret+0for1signing2only34567',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9000',
};

/** Milliseconds of one start, to the end of the process. */
function startMs(args: readonly string[]): number {
  const startedMs = performance.now();
  execFileSync(process.execPath, args, { env: environment, stdio: 'ignore' });
  return performance.now() - startedMs;
}

export const commandLineRows: readonly Row[] = [
  {
    id: 'C1',
    what: 'a start of `tidegate presign`, bundled, to its end',
    against: 'a start of Node that does nothing',
    unit: 'ms',
    // 150 ms where an empty Node takes 40.
    target: 3.75,
    atLeast: false,
    open() {
      execFileSync(process.execPath, [fileURLToPath(new URL('tools/bundle.mjs', root)), 'cli'], { stdio: 'inherit' });
      return Promise.resolve();
    },
    run() {
      const sums = { a: 0, b: 0 };
      for (let start = 0; start < startsPerRound; start += 1) {
        sums.a += startMs([main, 'presign', 'reports/q3.pdf']) / startsPerRound;
        sums.b += startMs(['-e', '0']) / startsPerRound;
      }
      return Promise.resolve(sums);
    },
  },
];
