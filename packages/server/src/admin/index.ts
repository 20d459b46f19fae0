import { readBucketConfiguration } from './bucket-configuration.ts';
import { listBuckets, readBucketUsage } from './buckets.ts';
import { makeSessionCode, signRequest } from './console.ts';
import type { AdminEndpoint } from './endpoint.ts';
import { watchEvents } from './events.ts';
import { explainUrl, inspectUrl } from './examine.ts';
import { deriveKey, retireSecrets, rotateKey } from './key-secrets.ts';
import { changeKey, createKey, deleteKey, listKeys, readKey } from './keys.ts';
import { listLinkClients, listLinkEvents, readLinkSeries } from './link-history.ts';
import { listLinks, readLink, registerLink, tightenLink } from './links.ts';
import { listActivity, listAudit, listDays, listRefusals, readActivitySeries } from './logs.ts';
import { deletePolicy, listPolicies, putPolicy } from './policies.ts';
import { presignLink } from './presign-link.ts';
import {
  changeRequest,
  createRequest,
  deleteRequest,
  listRequests,
  listUploads,
  readRequest,
  readRequestUrl,
} from './requests.ts';
import { listRevocations, revoke, undoRevocation } from './revocations.ts';
import { changeSettings, readActor, readServer, readSettings } from './server.ts';
import { changeShare, createShare, deleteShare, listShares, readShare, readShareUrl } from './shares.ts';
import { readSummary } from './summary.ts';
import { listTemporaryCredentials, readTemporaryCredentials } from './temporary.ts';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listDeliveries,
  listWebhooks,
  readWebhook,
  retryDelivery,
  rotateWebhook,
  testWebhook,
} from './webhooks.ts';

/** Every endpoint of the admin API. */
export const adminEndpoints: readonly AdminEndpoint[] = [
  readServer,
  readActor,
  readSummary,
  listLinks,
  registerLink,
  presignLink,
  readLink,
  tightenLink,
  listLinkEvents,
  listLinkClients,
  readLinkSeries,
  revoke,
  listRevocations,
  undoRevocation,
  inspectUrl,
  explainUrl,
  listShares,
  createShare,
  readShare,
  changeShare,
  deleteShare,
  readShareUrl,
  listRequests,
  createRequest,
  readRequest,
  changeRequest,
  deleteRequest,
  readRequestUrl,
  listUploads,
  listKeys,
  createKey,
  readKey,
  changeKey,
  deleteKey,
  rotateKey,
  retireSecrets,
  deriveKey,
  listTemporaryCredentials,
  readTemporaryCredentials,
  listPolicies,
  putPolicy,
  deletePolicy,
  listBuckets,
  readBucketUsage,
  readBucketConfiguration,
  listActivity,
  readActivitySeries,
  listDays,
  listRefusals,
  listAudit,
  watchEvents,
  listWebhooks,
  createWebhook,
  readWebhook,
  changeWebhook,
  deleteWebhook,
  rotateWebhook,
  testWebhook,
  listDeliveries,
  retryDelivery,
  readSettings,
  changeSettings,
  makeSessionCode,
  signRequest,
];
