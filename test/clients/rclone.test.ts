import { hasTool, run, runWell } from '../outside-tool.ts';
import type { Product } from '../product-server.ts';
import { type ClientUnderTest, clientJourney, type Signing } from './journey.ts';

function openRclone(product: Product): ClientUnderTest {
  const environment = (signing: Partial<Signing> = {}) => ({
    ...product.environment,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_TG_TYPE: 's3',
    RCLONE_CONFIG_TG_PROVIDER: 'Other',
    RCLONE_CONFIG_TG_ENDPOINT: product.endpoint,
    RCLONE_CONFIG_TG_REGION: signing.region ?? 'us-east-1',
    RCLONE_CONFIG_TG_ACCESS_KEY_ID: signing.accessKeyId ?? product.accessKeyId,
    RCLONE_CONFIG_TG_SECRET_ACCESS_KEY: signing.secretAccessKey ?? product.secretAccessKey,
    RCLONE_CONFIG_TG_UPLOAD_CUTOFF: '16M',
    RCLONE_CONFIG_TG_CHUNK_SIZE: '8M',
  });
  const rclone = (args: readonly string[], input?: string) =>
    runWell('rclone', args, { env: environment(), ...(input === undefined ? {} : { input }) });
  return {
    makeBucket: async (bucket) => void (await rclone(['mkdir', `tg:${bucket}`])),
    removeBucket: async (bucket) => void (await rclone(['rmdir', `tg:${bucket}`])),
    putText: async (bucket, key, text) => void (await rclone(['rcat', `tg:${bucket}/${key}`], text)),
    putFile: async (bucket, key, file) => void (await rclone(['copyto', file, `tg:${bucket}/${key}`])),
    getFile: async (bucket, key, file) => void (await rclone(['copyto', `tg:${bucket}/${key}`, file])),
    async list(bucket) {
      const out = await rclone(['lsjson', '--recursive', '--files-only', `tg:${bucket}`]);
      return (JSON.parse(out) as { Path: string }[]).map((entry) => entry.Path);
    },
    async getBytes(bucket, key) {
      const ran = await run('rclone', ['cat', `tg:${bucket}/${key}`], { env: environment() });
      if (ran.code !== 0) throw new Error(ran.stderr);
      return ran.stdout;
    },
    remove: async (bucket, key) => void (await rclone(['deletefile', `tg:${bucket}/${key}`])),
    async presignGet(bucket, key, signing) {
      const url = await runWell('rclone', ['link', '--expire', `${signing.expiresInSeconds}s`, `tg:${bucket}/${key}`], {
        env: environment(signing),
      });
      return url.trim();
    },
  };
}

clientJourney({
  name: 'rclone',
  isHere: (t) => hasTool(t, 'rclone', ['version']),
  open: openRclone,
  cannot: {
    keys: {
      'a percent sign': 'its own file name encoding interferes',
      'two slashes': 'it treats keys as paths and merges them',
      'a dot segment': 'it treats keys as paths and resolves them',
      'a leading slash': 'it treats keys as paths and drops it',
      'a trailing slash': 'it treats the key as a folder',
    },
    signUnasked: 'rclone link asks for the object first',
    presignPut: 'rclone link supports only GET',
    otherClock: 'a static Go program takes its time from no library',
  },
  presigns: 'v4',
});
