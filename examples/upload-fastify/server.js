// The same page with Fastify.
import { readFile } from 'node:fs/promises';
import { bucket } from '@tidegate/presign';
import { uploadHandler } from '@tidegate/upload/server';
import fastify from 'fastify';

const app = fastify();
const handler = uploadHandler({
  bucket: bucket('uploads'),
  // Here an application looks at its session. Throw `UploadRefused` to refuse.
  authorize: () => ({ user: 'anna' }),
  key: (file, { user }) => `${user}/${crypto.randomUUID()}/${file.name}`,
  accept: ['image/*', '.pdf', '.bin'],
  maxSize: '50GB',
  complete: ({ key, size }) => ({ key, size }),
});

// The handler takes a Request and gives a Response, as fetch does; Fastify sends the latter as it is.
app.post('/upload', ({ url, headers, body }) => {
  const { 'content-length': _, ...others } = headers;
  return handler(
    new Request(new URL(url, `http://${headers.host}`), {
      method: 'POST',
      headers: others,
      body: JSON.stringify(body),
    }),
  );
});

const library = new URL('.', import.meta.resolve('@tidegate/upload'));
app.get('/@tidegate/upload/:name', async ({ params: { name } }, reply) => {
  if (!/^[\w-]+\.js$/.test(name)) return reply.callNotFound();
  return reply.type('text/javascript').send(await readFile(new URL(name, library)));
});
app.get('/', async (_, reply) => reply.type('text/html').send(await readFile(new URL('index.html', import.meta.url))));

const address = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
process.stdout.write(`listening on ${address}\n`);
