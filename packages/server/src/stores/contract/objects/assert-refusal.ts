import assert from 'node:assert/strict';
import { type ErrorCode, S3Error } from '@tidegate/protocol';

/** Demands that a call is refused with a code. */
export async function refused(call: Promise<unknown> | (() => Promise<unknown>), code: ErrorCode): Promise<void> {
  const promise = typeof call === 'function' ? call() : call;
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof S3Error, `expected ${code}, failed with ${String(error)}`);
    assert.equal(error.code, code);
    return;
  }
  assert.fail(`expected ${code}, but it was done`);
}
