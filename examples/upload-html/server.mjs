// A page that uploads straight to the store, and the server that signs for it: nothing but node:http.
// The endpoint and the keys of the store come from the environment, as for every S3 client.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { bucket } from '@tidegate/presign';
import { toNodeHandler, UploadRefused, uploadHandler } from '@tidegate/upload/server';

const uploads = toNodeHandler(
  uploadHandler({
    bucket: bucket('uploads'),
    // Here an application looks at its session.
    authorize: (request) => {
      if (request.headers.get('sec-fetch-site') === 'cross-site') throw new UploadRefused(403, 'Not from there.');
      return { user: 'anna' };
    },
    key: (file, { user }) => `${user}/${crypto.randomUUID()}/${file.name}`,
    accept: ['image/*', '.pdf', '.bin'],
    maxSize: '50GB',
    complete: ({ key, size }) => ({ key, size }),
  }),
  (error) => process.stderr.write(`${error?.stack}\n`),
);

// The files of the library, as a browser imports them.
const library = new URL('.', import.meta.resolve('@tidegate/upload'));

async function answerFile(url, response) {
  const name = /^\/@tidegate\/upload\/([\w-]+\.js)$/.exec(url)?.[1];
  const isPage = url === '/';
  if (!isPage && name === undefined) return response.writeHead(404).end();
  const text = await readFile(isPage ? new URL('index.html', import.meta.url) : new URL(name, library)).catch(
    () => undefined,
  );
  if (text === undefined) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': isPage ? 'text/html' : 'text/javascript' }).end(text);
}

const server = createServer((request, response) => {
  if (request.url === '/upload') return uploads(request, response);
  return answerFile(request.url, response);
});
server.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`);
});
