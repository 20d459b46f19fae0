import type { Product } from '../product-server.ts';

/** MinIO's `mc`, under the name that Debian gives it. */
export const minioClient = 'minio-client';

/** The environment that defines a server as its alias `tg`. `scratch`: the folder for its own state. */
export function minioEnvironment(product: Product, scratch: string): Record<string, string> {
  return {
    ...product.environment,
    // Taken as it stands: what is percent-encoded here is not decoded there.
    MC_HOST_tg: `http://${product.accessKeyId}:${product.secretAccessKey}@127.0.0.1:${product.port}`,
    MC_CONFIG_DIR: `${scratch}/mc`,
    MC_DISABLE_PAGER: '1',
  };
}
