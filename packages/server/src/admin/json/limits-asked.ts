import { z } from 'zod';

const size = z.union([z.int(), z.string().max(32)]);
const texts = z.union([z.string().max(4096), z.array(z.string().max(256)).min(1).max(64)]);

/** All limits of a link, as `@tidegate/presign` takes them when it signs; the grammar of each is checked there. */
export const limitsAsked = z
  .strictObject({
    id: z.string().max(64).optional(),
    uses: z.int().optional(),
    grace: z.union([z.int(), z.string().max(16)]).optional(),
    ip: texts.optional(),
    clients: z.int().optional(),
    policy: z.string().max(64).optional(),
    head: z.boolean().optional(),
    https: z.boolean().optional(),
    notBefore: z.iso.datetime({ offset: true }).optional(),
    maxBytes: size.optional(),
    minBytes: size.optional(),
    totalBytes: size.optional(),
    rate: size.optional(),
    types: texts.optional(),
    sha256: z.string().max(64).optional(),
    writeOnce: z.boolean().optional(),
    confirm: z.boolean().optional(),
    grant: z.literal(true).optional(),
    zip: z.boolean().optional(),
    resumable: z.boolean().optional(),
  })
  .transform(({ notBefore, ...rest }) => ({
    ...rest,
    ...(notBefore !== undefined && { notBefore: new Date(notBefore) }),
  }));
