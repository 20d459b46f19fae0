// Adds limits to presigned URLs made by the AWS SDK for JavaScript v3: a middleware puts them into the query before it is signed.
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

/** Adds limits to the presigned URLs of a command: `limited(command, { uses: 1 })`. */
export function limited(command, limits) {
  command.middlewareStack.add(
    (next) => (args) => {
      for (const [name, value] of Object.entries(limits)) args.request.query[`x-link-${name}`] = String(value);
      return next(args);
    },
    { step: 'build', name: 'tidegateLimits' },
  );
  return command;
}

const [bucket, key] = process.argv.slice(2);
if (key === undefined) {
  process.stderr.write('usage: node sdk_js_v3.mjs BUCKET KEY\n');
  process.exit(2);
}
const s3 = new S3Client({
  endpoint: process.env.AWS_ENDPOINT_URL,
  region: process.env.AWS_REGION ?? 'us-east-1',
  forcePathStyle: true,
});
const command = limited(new GetObjectCommand({ Bucket: bucket, Key: key }), {
  uses: 1,
  ip: '127.0.0.0/8',
  id: 'invoice-8813',
});
process.stdout.write(`${await getSignedUrl(s3, command, { expiresIn: 3600 })}\n`);
