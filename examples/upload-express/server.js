// The same page with Express.
import { fileURLToPath } from 'node:url';
import { bucket } from '@tidegate/presign';
import { toNodeHandler, uploadHandler } from '@tidegate/upload/server';
import express from 'express';

const app = express();

// It reads the body itself, or takes what express.json() has read already.
app.post(
  '/upload',
  express.json(),
  toNodeHandler(
    uploadHandler({
      bucket: bucket('uploads'),
      // Here an application looks at its session. Throw `UploadRefused` to refuse.
      authorize: () => ({ user: 'anna' }),
      key: (file, { user }) => `${user}/${crypto.randomUUID()}/${file.name}`,
      accept: ['image/*', '.pdf', '.bin'],
      maxSize: '50GB',
      complete: ({ key, size }) => ({ key, size }),
    }),
  ),
);
app.use('/@tidegate/upload', express.static(fileURLToPath(new URL('.', import.meta.resolve('@tidegate/upload')))));
app.get('/', (_, response) => response.sendFile(fileURLToPath(new URL('index.html', import.meta.url))));

const server = app.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`);
});
