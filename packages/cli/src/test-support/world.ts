import { PassThrough } from 'node:stream';
import type { World } from '../core/world.ts';

/** A world in memory: what was written, and the pieces that a test sets. */
export type TestWorld = World & { readonly written: () => { readonly stdout: string; readonly stderr: string } };

/** Makes a world without a home, an environment or a terminal, unless told. */
export function createTestWorld(
  parts: {
    readonly env?: Readonly<Record<string, string>>;
    readonly stdin?: string;
    readonly terminal?: { readonly columns: number };
    readonly nowMs?: number;
    readonly monotonicMs?: () => number;
    readonly homeFolder?: string;
  } = {},
): TestWorld {
  const out = collector(parts.terminal);
  const err = collector(parts.terminal);
  const stdin = new PassThrough();
  stdin.end(parts.stdin ?? '');
  return {
    env: parts.env ?? {},
    stdin,
    stdout: out.screen,
    stderr: err.screen,
    nowMs: () => parts.nowMs ?? Date.parse('2026-11-24T10:15:00Z'),
    monotonicMs: parts.monotonicMs ?? (() => 0),
    homeFolder: parts.homeFolder ?? '/nonexistent',
    interrupt: new AbortController().signal,
    startServing: () => undefined,
    written: () => ({ stdout: out.text(), stderr: err.text() }),
  };
}

function collector(terminal: { readonly columns: number } | undefined) {
  const screen = Object.assign(
    new PassThrough(),
    terminal === undefined ? {} : { isTTY: true, columns: terminal.columns },
  );
  let text = '';
  screen.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  return { screen, text: () => text };
}
