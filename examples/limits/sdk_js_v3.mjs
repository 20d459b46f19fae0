// Adds limits to presigned URLs of the AWS SDK for JavaScript, version 3: a middleware puts them into the query before it is signed.
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

/** The same command, whose presigned URLs carry limits: `limited(command, { uses: 1 })`. */
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
