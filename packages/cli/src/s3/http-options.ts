import type { Call } from '../core/command.ts';
import { durationMsFlag } from '../core/flag-values.ts';
import type { HttpOptions } from './http-client.ts';

const defaultTimeoutMs = 30_000;

/** How requests of a call are sent: its patience, its Ctrl-C, its `-v`. */
export function httpOptions(call: Call): HttpOptions {
  const { flags, output, world } = call;
  const options = { timeoutMs: durationMsFlag(flags, 'timeout', defaultTimeoutMs), signal: world.interrupt };
  return output.isVerbose ? { ...options, trace: (line) => output.trace(line) } : options;
}
