import type { Product } from '../product-server.ts';

/** The environment variables that define a server as rclone's remote `tg`. */
export function rcloneEnvironment(product: Product): Record<string, string> {
  return {
    ...product.environment,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_TG_TYPE: 's3',
    RCLONE_CONFIG_TG_PROVIDER: 'Other',
    RCLONE_CONFIG_TG_ENDPOINT: product.endpoint,
    RCLONE_CONFIG_TG_REGION: 'us-east-1',
    RCLONE_CONFIG_TG_ACCESS_KEY_ID: product.accessKeyId,
    RCLONE_CONFIG_TG_SECRET_ACCESS_KEY: product.secretAccessKey,
    RCLONE_CONFIG_TG_UPLOAD_CUTOFF: '16M',
    RCLONE_CONFIG_TG_CHUNK_SIZE: '8M',
  };
}
