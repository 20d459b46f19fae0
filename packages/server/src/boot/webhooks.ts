import { createHash } from 'node:crypto';
import { defaultTypes, eventTypeNames } from '../events/event-types.ts';
import { readValueFile } from '../settings/toml-file.ts';
import type { FileWebhook } from '../settings/webhooks.ts';
import { isFileTarget, type WebhookTarget } from '../stores/admin/webhook-store.ts';
import { StartFailure } from './failure.ts';
import type { ServeParts } from './parts.ts';

const dayMs = 86_400_000;
const letters = 'abcdefghijklmnopqrstuvwxyz234567';
/** As many bytes as Standard Webhooks asks for at least. */
const leastSecretBytes = 24;

/**
 * Brings the targets that stand in the file into the store (EVT-31): made, changed as the file says, and taken away when they are
 * gone from it. @throws StartFailure, BadSetting, InsecureFile
 */
export async function useFileWebhooks({ settings, world, store, log }: ServeParts): Promise<void> {
  const { webhooks } = store;
  const wanted = settings.webhookTargets.map((target) => wantedTarget(target, settings, world.clock.nowMs()));
  const there = (await webhooks.listTargets()).filter(isFileTarget);
  for (const target of there) {
    if (wanted.some(({ id }) => id === target.id)) continue;
    await webhooks.deleteTarget(target.id);
    log.info('webhook.deleted', { webhook: target.id, by: 'tidegate.toml' });
  }
  for (const target of wanted) {
    const before = there.find(({ id }) => id === target.id);
    const outcome =
      before === undefined
        ? await webhooks.createTarget(target)
        : isSame(before, target)
          ? undefined
          : await webhooks.editTarget(target.id, changeOf(before, target));
    if (outcome === 'taken' || outcome === 'full') {
      throw badTarget(target.name ?? target.url, outcome === 'taken' ? 'another has its name' : 'there are too many');
    }
    if (outcome !== undefined) log.info('webhook.changed', { webhook: target.id, by: 'tidegate.toml' });
  }
}

function wantedTarget(
  { name, url, types = defaultTypes, secretFile }: FileWebhook,
  { allowInsecureFileModes }: ServeParts['settings'],
  nowMs: number,
): WebhookTarget {
  const shown = name ?? url;
  const unknown = types.find((type) => !eventTypeNames.some((known) => known === type));
  if (unknown !== undefined) throw badTarget(shown, `${JSON.stringify(unknown)} is no type of event`);
  const text = readValueFile(`webhooks.target ${shown}`, secretFile, { mustBePrivate: !allowInsecureFileModes });
  const encoded = text.trim().replace(/^whsec_/, '');
  const key = Buffer.from(encoded, 'base64');
  if (key.byteLength < leastSecretBytes || !/^[A-Za-z0-9+/]+=*$/.test(encoded)) {
    throw badTarget(shown, `${secretFile} holds no base64 of at least ${leastSecretBytes} bytes`);
  }
  return {
    id: idOf(shown),
    name,
    url,
    types: [...new Set(types)],
    secrets: [{ text: `whsec_${encoded}`, createdAtMs: nowMs, retireAtMs: undefined }],
    state: 'enabled',
    createdAtMs: nowMs,
  };
}

/** The same name or URL is the same target at every start. */
function idOf(shown: string): string {
  const digest = createHash('sha256').update(shown).digest();
  return `wf_${Array.from(digest.subarray(0, 16), (byte) => letters[byte & 31]).join('')}`;
}

function isSame(before: WebhookTarget, wanted: WebhookTarget): boolean {
  return (
    before.url === wanted.url &&
    before.types.join() === wanted.types.join() &&
    before.secrets[0]?.text === wanted.secrets[0]?.text
  );
}

/** A secret that is replaced signs beside the new one for a day, as where one is rotated (EVT-23). */
function changeOf(before: WebhookTarget, { url, types, secrets }: WebhookTarget) {
  const [now] = secrets;
  const [last] = before.secrets;
  if (now === undefined || last === undefined || last.text === now.text) return { url, types };
  return { url, types, secrets: [now, { ...last, retireAtMs: now.createdAtMs + dayMs }] };
}

function badTarget(shown: string, why: string): StartFailure {
  return new StartFailure(
    'BadSetting',
    `The webhook ${shown} of tidegate.toml cannot be used: ${why}.`,
    'Put it right in [[webhooks.target]].',
  );
}
