import { bucket } from '@tidegate/presign';
import type { FirstKey, RunningServer } from '@tidegate/server';
import type { Call } from '../core/command.ts';
import { httpOptions } from '../s3/http-options.ts';
import { S3Client } from '../s3/s3-client.ts';

const bucketName = 'welcome';
const key = 'hello.txt';

const hello = `Hello. This page came through an S3 presigned URL with three uses; you have just spent one. Reload, and you spend the next.

The server made the link with your first access key; it works for one hour. Nobody without the key can make one, and
whoever has this one can read this page and nothing else. Change a letter of it, and the server tells you what is wrong.

Make one of your own:   tidegate presign welcome/hello.txt --uses 1
Ask why one fails:      tidegate explain 'the whole link'
Take it back:           tidegate share list
Take the page away:     tidegate rm welcome/hello.txt
`;

/** The first thing in a new store: a page to open, and the link to it. It goes in as any object does. @returns the link */
export async function makeWelcome(
  running: RunningServer,
  firstKey: FirstKey,
  region: string,
  call: Call,
): Promise<string> {
  const [address = ''] = running.addresses.s3;
  const connection = {
    endpoint: address,
    isAws: false,
    isKnownTidegate: true,
    region,
    style: 'path',
    signatureVersion: 'v4',
    signatureIsSet: true,
    credentials: firstKey,
    origin: 'the first key',
  } as const;
  const client = new S3Client(connection, httpOptions(call), call.world.nowMs);
  const made = await client.ask({ method: 'PUT', bucket: bucketName, about: bucketName });
  made.body.resume();
  const stored = await client.ask({
    method: 'PUT',
    bucket: bucketName,
    key,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from(hello),
    about: `${bucketName}/${key}`,
  });
  stored.body.resume();
  const welcome = bucket(bucketName, {
    endpoint: running.endpoint,
    region,
    credentials: { ...firstKey },
    style: 'path',
    store: 'tidegate',
  });
  return welcome.presignGet(key, { expiresIn: '1h', limits: { uses: 3 } });
}
