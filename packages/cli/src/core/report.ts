import { type Paint, printable } from '../terminal/style.ts';
import type { FailureParts } from './errors.ts';
import { exitCodes } from './errors.ts';

/** How failures are reported. */
export type ReportStyle = { readonly json: boolean; readonly verbose: boolean; readonly paint: Paint };

/**
 * A failure as text: `✗` what happened; why; what to do. With `-v` code, reason and request id follow, and the
 * stack of a bug. As JSON: the problem document. Texts are redacted here, whatever made them (SEC-805).
 */
export async function reportOf(failure: FailureParts, style: ReportStyle): Promise<string> {
  const { redact } = await import('@tidegate/presign');
  const clean = (text: string) => redact(text);
  if (style.json) return `${clean(JSON.stringify({ error: problemOf(failure) }))}\n`;
  const lines = [`${style.paint.bad('✗')} ${printable(clean(failure.what))}`];
  for (const text of [failure.why, failure.fix]) {
    if (text === undefined || text === '') continue;
    for (const line of clean(text).split('\n')) lines.push(`  ${printable(line)}`);
  }
  if (style.verbose) {
    const codes = [failure.status, failure.code, failure.reason].filter((part) => part !== undefined);
    if (failure.requestId !== undefined) codes.push(`request ${failure.requestId}`);
    if (codes.length > 0) lines.push(`  ${printable(codes.join(' · '))}`);
    const stack = failure.exit === exitCodes.bug && failure.cause instanceof Error ? failure.cause.stack : undefined;
    if (stack !== undefined) lines.push(...clean(stack).split('\n').slice(1).map(printable));
  }
  return `${lines.join('\n')}\n`;
}

function problemOf(failure: FailureParts): Record<string, unknown> {
  return {
    type: failure.reason === undefined ? 'about:blank' : `/_/docs/reasons#${failure.reason}`,
    title: failure.what,
    status: failure.status ?? null,
    code: failure.code ?? null,
    reason: failure.reason ?? null,
    detail: failure.why ?? null,
    hint: failure.fix ?? null,
    exit: failure.exit,
    requestId: failure.requestId ?? null,
  };
}
