import type { LifecycleRule } from '@tidegate/protocol';
import { z } from 'zod';
import type { BucketConfig } from '../../stores/objects/object-store.ts';
import { endpoint } from '../endpoint.ts';
import { isoTime, maybeIsoTime, maybeTime, time } from '../json/json-fields.ts';
import { requireBucket } from './buckets.ts';

const corsRule = z.object({
  id: z.string().nullable(),
  origins: z.array(z.string()),
  methods: z.array(z.string()),
  headers: z.array(z.string()),
  exposed: z.array(z.string()),
  maxAge: z.int().nullable(),
});

const lifecycleRule = z.object({
  id: z.string(),
  enabled: z.boolean(),
  prefix: z.string(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
  largerThan: z.int().nullable(),
  smallerThan: z.int().nullable(),
  expireDays: z.int().nullable(),
  expireAt: maybeTime,
  /** Delete markers with nothing behind them go. */
  expireMarkers: z.boolean(),
  noncurrentDays: z.int().nullable(),
  /** So many noncurrent versions stay all the same. */
  noncurrentKept: z.int().nullable(),
  abortUploadsDays: z.int().nullable(),
});

const notificationRule = z.object({
  id: z.string(),
  destination: z.string(),
  events: z.array(z.string()),
  prefix: z.string(),
  suffix: z.string(),
});

const configuration = z.object({
  bucket: z.string(),
  region: z.string(),
  createdAt: time,
  versioning: z.enum(['off', 'enabled', 'suspended']),
  objectLock: z.boolean(),
  cors: z.array(corsRule),
  /** As it was sent. */
  policy: z.string().nullable(),
  lifecycle: z.array(lifecycleRule),
  notifications: z.array(notificationRule),
});

/** All that a bucket was told, in one document: S3 answers it part by part, and an absent part with an error. */
export const readBucketConfiguration = endpoint({
  method: 'GET',
  path: '/buckets/{id}/configuration',
  action: 'tidegate:ReadBucketConfiguration',
  text: 'What a bucket was told: versioning, CORS, policy, lifecycle, notifications. It is changed through S3.',
  answer: configuration,
  async handle({ actor, id }, tools) {
    const { name, region, createdAtMs, config } = await requireBucket(id, actor, tools, 'whole');
    const value: z.input<typeof configuration> = {
      bucket: name,
      region,
      createdAt: isoTime(createdAtMs),
      versioning: config.versioning === undefined ? 'off' : config.versioning === 'Enabled' ? 'enabled' : 'suspended',
      objectLock: config.objectLock !== undefined,
      cors: (config.cors ?? []).map(showCors),
      policy: config.policy ?? null,
      lifecycle: (config.lifecycle ?? []).map(showLifecycle),
      notifications: (config.notifications ?? []).map(({ id: ruleId, destination, events, filter }) => ({
        id: ruleId,
        destination,
        events: [...events],
        prefix: filter.find((part) => part.name === 'prefix')?.value ?? '',
        suffix: filter.find((part) => part.name === 'suffix')?.value ?? '',
      })),
    };
    return { status: 200, value };
  },
});

function showCors(rule: NonNullable<BucketConfig['cors']>[number]): z.input<typeof corsRule> {
  return {
    id: rule.id ?? null,
    origins: [...rule.allowedOrigins],
    methods: [...rule.allowedMethods],
    headers: [...rule.allowedHeaders],
    exposed: [...rule.exposeHeaders],
    maxAge: rule.maxAgeSeconds ?? null,
  };
}

function showLifecycle(rule: LifecycleRule): z.input<typeof lifecycleRule> {
  const { filter, expiration, noncurrentExpiration } = rule;
  const tags = [...(filter?.tag === undefined ? [] : [filter.tag]), ...(filter?.and?.tags ?? [])];
  return {
    id: rule.id ?? '',
    enabled: rule.status === 'Enabled',
    prefix: rule.prefix ?? filter?.prefix ?? filter?.and?.prefix ?? '',
    tags: tags.map(({ name, value }) => ({ name, value })),
    largerThan: filter?.sizeGreaterThan ?? filter?.and?.sizeGreaterThan ?? null,
    smallerThan: filter?.sizeLessThan ?? filter?.and?.sizeLessThan ?? null,
    expireDays: expiration?.days ?? null,
    expireAt: maybeIsoTime(expiration?.dateMs),
    expireMarkers: expiration?.expiredMarkers === true,
    noncurrentDays: noncurrentExpiration?.days ?? null,
    noncurrentKept: noncurrentExpiration?.newerVersions ?? null,
    abortUploadsDays: rule.abortUploads?.days ?? null,
  };
}
