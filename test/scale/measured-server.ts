import { startTestServer } from '../../packages/server/test/test-server.ts';

/*
 * A server of its own process, started by `loop-delay.test.ts`: nothing else runs in its event loop, and the hooks of the test runner,
 * which look at every promise, are not there. `begin` starts to look at its turns, `end` answers the longest, `stop` ends it.
 */
const [, , folder = ''] = process.argv;
const server = await startTestServer({ folder });

let longestMs = 0;
let isSampling = false;
let wallMs = 0;
let cpu = process.threadCpuUsage();

/** The time since the last turn: what others took from the machine is left out. */
function sample(): void {
  const nowMs = performance.now();
  const { user, system } = process.threadCpuUsage(cpu);
  longestMs = Math.max(longestMs, Math.min(nowMs - wallMs, (user + system) / 1000));
  wallMs = nowMs;
  cpu = process.threadCpuUsage();
  if (isSampling) setImmediate(sample);
}

process.on('message', async (message) => {
  if (message === 'begin') {
    [longestMs, isSampling, wallMs, cpu] = [0, true, performance.now(), process.threadCpuUsage()];
    setImmediate(sample);
    process.send?.({ begun: true });
  } else if (message === 'end') {
    isSampling = false;
    sample();
    process.send?.({ longestMs });
  } else if (message === 'stop') {
    await server.stop();
    process.disconnect();
  }
});
process.send?.({ endpoint: server.endpoint });
