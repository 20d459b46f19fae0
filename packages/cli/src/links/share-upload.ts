import { stat } from 'node:fs/promises';
import type { Call } from '../core/command.ts';
import { clientFor } from '../s3/s3-call.ts';
import { Progress } from '../terminal/progress.ts';
import { mediaTypeOf } from '../transfer/media-types.ts';
import { uploadFile } from '../transfer/upload.ts';

const parallel = 4;

/** Puts a local file where a share will point. @throws CliError */
export async function uploadForShare(
  call: Call,
  path: string,
  target: { readonly bucket: string; readonly key: string },
): Promise<void> {
  const type = mediaTypeOf(target.key);
  // Opening it reports what is wrong with it.
  const size = await stat(path).then(
    (facts) => facts.size,
    () => undefined,
  );
  const progress = new Progress(call.world, call.output, `${target.bucket}/${target.key}`, size);
  try {
    await uploadFile(path, {
      client: clientFor(call),
      ...target,
      headers: type === undefined ? {} : { 'content-type': type },
      parallel,
      partBytes: undefined,
      keepParts: false,
      progress,
    });
  } finally {
    progress.end();
  }
}
