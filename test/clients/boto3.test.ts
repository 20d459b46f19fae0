import { fileURLToPath } from 'node:url';
import { hasTool, otherClock, python } from '../outside-tool.ts';
import type { Product } from '../product-server.ts';
import { type ClientUnderTest, clientJourney, type Signing } from './journey.ts';
import { openPythonLines } from './python-lines.ts';

const script = fileURLToPath(new URL('./boto3_client.py', import.meta.url));

/** One Python process for each (server, clock). */
function openPython(product: Product, clockOffsetSeconds: number) {
  const clock = clockOffsetSeconds === 0 ? [] : otherClock(clockOffsetSeconds);
  return openPythonLines(script, product.environment, clock);
}

function openBoto3(product: Product, signatureVersion: 's3v4' | 's3'): ClientUnderTest {
  const { ask, close } = openPython(product, 0);
  const call = (what: string, request: object) => ask({ do: what, signatureVersion, ...request });
  const presign = async (operation: string, bucket: string, key: string, signing: Signing) => {
    const request = { do: 'presign', operation, signatureVersion, bucket, key, ...signing };
    if (signing.clockOffsetSeconds === undefined) return String(await ask(request));
    const elsewhen = openPython(product, signing.clockOffsetSeconds);
    const url = await elsewhen.ask(request);
    elsewhen.close();
    return String(url);
  };
  return {
    makeBucket: async (bucket) => void (await call('makeBucket', { bucket })),
    removeBucket: async (bucket) => void (await call('removeBucket', { bucket })),
    putText: async (bucket, key, text) => void (await call('put', { bucket, key, text })),
    putFile: async (bucket, key, file) => void (await call('putFile', { bucket, key, file })),
    getFile: async (bucket, key, file) => void (await call('getFile', { bucket, key, file })),
    list: (bucket) => call('list', { bucket }) as Promise<string[]>,
    getBytes: async (bucket, key) => Buffer.from(String(await call('get', { bucket, key })), 'base64'),
    remove: async (bucket, key) => void (await call('remove', { bucket, key })),
    presignGet: (bucket, key, signing) => presign('get_object', bucket, key, signing),
    close,
    presignPut: (bucket, key, signing) => presign('put_object', bucket, key, signing),
  };
}

const isHere = (t: Parameters<typeof hasTool>[0]) =>
  hasTool(t, python, ['-c', 'import boto3, requests']) && hasTool(t, 'faketime', ['-f', '+1s', 'true']);

clientJourney({
  name: 'boto3 with SigV4',
  isHere,
  open: (product) => openBoto3(product, 's3v4'),
  cannot: { keys: {} },
  presigns: 'v4',
});
clientJourney({
  name: 'boto3 with SigV2',
  isHere,
  open: (product) => openBoto3(product, 's3'),
  cannot: { keys: {} },
  presigns: 'v2',
});
