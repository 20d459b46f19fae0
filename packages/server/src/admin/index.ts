import type { AdminEndpoint } from './endpoint.ts';
import { readBucketConfiguration } from './endpoints/bucket-configuration.ts';
import { listBuckets, readBucketUsage } from './endpoints/buckets.ts';
import { makeSessionCode, signRequest } from './endpoints/console.ts';
import { watchEvents } from './endpoints/events.ts';
import { explainUrl, inspectUrl } from './endpoints/examine.ts';
import { deriveKey, retireSecrets, rotateKey } from './endpoints/key-secrets.ts';
import { changeKey, createKey, deleteKey, listKeys, readKey } from './endpoints/keys.ts';
import { listLinkClients, listLinkEvents, readLinkSeries } from './endpoints/link-history.ts';
import { listLinks, readLink, registerLink, tightenLink } from './endpoints/links.ts';
import { listActivity, listAudit, listDays, listRefusals, readActivitySeries } from './endpoints/logs.ts';
import { deletePolicy, listPolicies, putPolicy } from './endpoints/policies.ts';
import { presignLink } from './endpoints/presign-link.ts';
import {
  changeRequest,
  createRequest,
  deleteRequest,
  listRequests,
  listUploads,
  readRequest,
  readRequestUrl,
} from './endpoints/requests.ts';
import { listRevocations, revoke, undoRevocation } from './endpoints/revocations.ts';
import { changeShare, createShare, deleteShare, listShares, readShare, readShareUrl } from './endpoints/shares.ts';
import { readSummary } from './endpoints/summary.ts';
import { listTemporaryCredentials, readTemporaryCredentials } from './endpoints/temporary.ts';
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
} from './endpoints/webhooks.ts';
import { changeSettings, readActor, readServer, readSettings } from './server.ts';

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
