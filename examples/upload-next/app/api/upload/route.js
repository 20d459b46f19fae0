import { bucket } from '@tidegate/presign';
import { uploadHandler } from '@tidegate/upload/server';

export const POST = uploadHandler({
  bucket: bucket('uploads'),
  // Here an application looks at its session. Throw `UploadRefused` to refuse.
  authorize: () => ({ user: 'anna' }),
  key: (file, { user }) => `${user}/${crypto.randomUUID()}/${file.name}`,
  accept: ['image/*', '.pdf', '.bin'],
  maxSize: '50GB',
  complete: ({ key, size }) => ({ key, size }),
});
