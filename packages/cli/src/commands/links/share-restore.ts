import type { Revocation } from '@tidegate/presign/admin';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes } from '../../core/errors.ts';
import { forEachTarget } from '../../core/several.ts';
import { linkName } from '../../links/link-names.ts';
import { askApi } from '../../s3/admin-api.ts';

const pagesMost = 1000;

/** `share restore`: restores a link, or everything that one revocation revoked. */
export async function run(call: Call): Promise<number> {
  const { args } = call;
  return await forEachTarget(call, args, (argument) =>
    /^rv_[a-z2-7]{16}$/.test(argument) ? restoreAll(call, argument) : restoreOne(call, argument),
  );
}

async function restoreAll(call: Call, id: string): Promise<void> {
  const { output } = call;
  await askApi(call, 'undoRevocation', { id }, id);
  if (output.isJson) output.json({ id, restored: true });
  else output.answer(output.isForPeople ? `Restored everything that ${id} revoked.` : id);
}

async function restoreOne(call: Call, argument: string): Promise<void> {
  const { output } = call;
  const id = linkName(argument);
  const own = await ownRevocations(call, id);
  if (own.length === 0) throw await whyNot(call, id);
  for (const revocation of own) await askApi(call, 'undoRevocation', { id: revocation.id }, revocation.id);
  if (output.isJson) output.json({ id, restored: true });
  else output.answer(output.isForPeople ? `Restored ${id}. It works again.` : id);
}

/** The revocations that name the link itself: undoing them gives nothing else back. */
async function ownRevocations(call: Call, id: string): Promise<Revocation[]> {
  const found: Revocation[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMost; page += 1) {
    const answer = await askApi(call, 'listRevocations', { link: id, ...(cursor !== undefined && { cursor }) }, id);
    found.push(...answer.items);
    if (answer.next === null) break;
    cursor = answer.next;
  }
  return found;
}

async function whyNot(call: Call, id: string): Promise<CliError> {
  const { revocation } = await askApi(call, 'readLink', { id }, id);
  if (revocation === null) return new CliError({ exit: exitCodes.notFound, what: `${id} is not revoked.` });
  const rule = Object.entries(revocation.rule)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  return new CliError({
    exit: exitCodes.refused,
    what: `${id} was revoked together with other links: ${rule}.`,
    fix: `Restore them all:  tidegate share restore ${revocation.id}`,
  });
}
