import type { Product } from '../product-server.ts';

/** Where the console of a server is, which was started with `--console-listen` and `--log json`. It says so before it listens. */
export async function consoleAddress(product: Product): Promise<string> {
  const find = () => /"console":"(http:\/\/[^"]+)"/.exec(product.log())?.[1];
  for (let tries = 0; find() === undefined && tries < 6000; tries += 1)
    await new Promise((next) => setTimeout(next, 10));
  const address = find();
  if (address === undefined) throw new Error(`The server named no console.\n${product.log()}`);
  return address;
}
