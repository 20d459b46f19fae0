import { bucket, type PostOptions, type SignedForm } from '@tidegate/presign';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { sizeFlag } from '../../core/flag-values.ts';
import { parseTarget } from '../../core/target.ts';
import { describeLimits, spacedSize } from '../../links/limit-options.ts';
import { setUpLink, shellQuote, warnOfSigned } from '../../links/presign-link.ts';
import { describeClock, describeDuration } from '../../terminal/format.ts';

/** `presign post`: a form that uploads one file from a browser. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const target = parseTarget(args[0] ?? '');
  if (target.kind !== 'object' && target.kind !== 'bucket')
    throw wrongUse(`"${args[0] ?? ''}" does not name a bucket.`);
  const place = keyOrPrefix(target.kind === 'object' ? target.key : undefined, flags.text('prefix'));
  const most = sizeFlag(flags, 'max');
  const least = sizeFlag(flags, 'min');
  if (least !== undefined && most === undefined) throw wrongUse('--min needs --max.');
  const type = flags.text('type');
  const redirect = flags.text('redirect');
  const setup = await setUpLink(call);
  const options: PostOptions = {
    ...setup.options,
    ...place,
    ...(type !== undefined && { type }),
    ...(most !== undefined && { size: { ...(least !== undefined && { min: least }), max: most } }),
    ...(redirect !== undefined && { redirect }),
  };
  const form = bucket(target.bucket, setup.config).presignPost(options);
  if (output.isJson) output.json({ url: form.url, fields: form.fields, expiresAt: form.expiresAt });
  else output.answer(flags.has('html') ? page(form, type) : curlForm(form));
  const endsAtMs = form.expiresAt.getTime();
  const parts = [
    `POST ${target.bucket}/${place.key ?? `${place.prefix ?? ''}*`}`,
    `until ${describeClock(endsAtMs, setup.nowMs)} (${describeDuration(Math.ceil((endsAtMs - setup.nowMs) / 1000))})`,
    ...(type === undefined ? [] : [`only ${type}`]),
    ...(least === undefined ? [] : [`at least ${spacedSize(least)}`]),
    ...(most === undefined ? [] : [`at most ${spacedSize(most)}`]),
    ...describeLimits(setup.limits ?? {}, 'POST', setup.nowMs),
  ];
  output.talk(`  ${output.talkPaint.quiet(parts.join(' · '))}`);
  warnOfSigned(call, form.url);
  return exitCodes.done;
}

function keyOrPrefix(
  key: string | undefined,
  prefix: string | undefined,
): { readonly key?: string; readonly prefix?: string } {
  if (prefix !== undefined) {
    if (key !== undefined) throw wrongUse('Name a key, or a bucket with --prefix, not both.');
    return { prefix };
  }
  if (key === undefined) return { prefix: '' };
  return { key };
}

function curlForm(form: SignedForm): string {
  const fields = Object.entries(form.fields).map(([name, value]) => `-F ${shellQuote(`${name}=${value}`)}`);
  // curl takes a leading @ or < in a field for a file's name; --form-string does not.
  const safe = fields.map((field) => (/=[@<]/.test(field) ? field.replace(/^-F/, '--form-string') : field));
  return ['curl -f', ...safe, '-F file=@FILE', shellQuote(form.url)].join(' ');
}

function page(form: SignedForm, type: string | undefined): string {
  const fields = Object.entries(form.fields).map(
    ([name, value]) => `  <input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const accept = type === undefined ? '' : ` accept="${escapeHtml(type)}"`;
  return [
    '<!doctype html>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<title>Send a file</title>',
    `<form action="${escapeHtml(form.url)}" method="post" enctype="multipart/form-data">`,
    ...fields,
    `  <label>File <input type="file" name="file"${accept} required></label>`,
    '  <button>Send</button>',
    '</form>',
  ].join('\n');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
