import { type Explanation, type Inspection, inspect } from '@tidegate/presign';
import { fillReason, isReason } from '@tidegate/presign/internal';
import { readCurlCommand, readPastedError } from '@tidegate/protocol';
import { z } from 'zod';
import { type AdminTools, endpoint } from '../endpoint.ts';
import { time } from '../json/json-fields.ts';
import { limitsShown } from '../json/limits-json.ts';
import { AdminProblem } from '../json/problem.ts';
import { badField } from '../json/read-json.ts';
import { nameOfKey, sees } from '../reach.ts';
import { pastedFields } from './pasted.ts';

const inspectionShown = z.object({
  kind: z.enum(['sigv4', 'sigv2', 'share', 'unsigned', 'invalid']),
  operation: z.string().optional(),
  endpoint: z.string().optional(),
  style: z.string().optional(),
  bucket: z.string().optional(),
  key: z.string().optional(),
  versionId: z.string().optional(),
  accessKeyId: z.string().optional(),
  temporary: z.boolean().optional(),
  region: z.string().optional(),
  service: z.string().optional(),
  signedAt: time.optional(),
  expiresAt: time.optional(),
  expiresIn: z.int().optional(),
  state: z.enum(['valid', 'expired', 'not-yet', 'unknown']),
  remaining: z.number().optional(),
  signedHeaders: z.array(z.string()),
  overrides: z.record(z.string(), z.string()),
  limits: limitsShown,
  fingerprint: z.string().optional(),
  /** The URL with its signature replaced. */
  redacted: z.string(),
  findings: z.array(z.object({ code: z.string(), severity: z.string(), text: z.string(), fix: z.string().optional() })),
});

const explanationShown = z.object({
  outcome: z.enum(['holds', 'fails', 'unknown']),
  checks: z.array(
    z.object({
      name: z.string(),
      outcome: z.enum(['pass', 'fail', 'unknown', 'skipped']),
      would: z.enum(['pass', 'fail']).optional(),
      text: z.string(),
      reason: z.string().optional(),
    }),
  ),
  cause: z
    .object({
      reason: z.string(),
      id: z.string().optional(),
      detail: z.string().optional(),
      title: z.string(),
      text: z.string(),
      fix: z.string(),
      change: z.object({ what: z.string(), signed: z.string(), got: z.string() }).optional(),
      /** URL to sign with, where the address was changed. */
      signWith: z.string().optional(),
    })
    .nullable(),
  canonicalRequest: z.string().optional(),
  stringToSign: z.string().optional(),
  inspection: inspectionShown,
  /** All of it as a terminal shows it. */
  text: z.string(),
});

/** What is asked about: a URL, a curl command, or the XML of a refusal that carries its canonical request. */
const asked = z.strictObject({
  ...pastedFields,
  url: pastedFields.url.optional(),
  curl: z.string().min(1).max(32_768).optional(),
  xml: z.string().min(1).max(32_768).optional(),
});

type Asked = {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
};

/** The request that was pasted; `method` and `headers` are put over what it says itself. @throws AdminProblem */
function requestOf({ url, curl, xml, method, headers = {} }: z.output<typeof asked>): Asked {
  if ([url, curl, xml].filter((one) => one !== undefined).length !== 1)
    throw badField('url', 'Say one of url, curl and xml.');
  const pasted = curl !== undefined ? ofCurl(curl) : xml !== undefined ? ofXml(xml) : { url: url ?? '', headers: [] };
  const more = Object.entries(headers);
  const named = new Set(more.map(([name]) => name.toLowerCase()));
  return {
    url: pasted.url.trim(),
    method: (method ?? pasted.method)?.toUpperCase(),
    headers: [...pasted.headers.filter(([name]) => !named.has(name)), ...more],
  };
}

type PastedText = { readonly url: string; readonly method?: string; readonly headers: Asked['headers'] };

function ofCurl(curl: string): PastedText {
  const read = readCurlCommand(curl.trim());
  if (read === undefined) throw badField('curl', 'It is not a curl command with a URL.');
  return read;
}

function ofXml(xml: string): PastedText {
  const read = readPastedError(xml);
  if (read === undefined) throw badField('xml', 'It is not an error of an S3 store.');
  const { code, reason, request } = read;
  if (request !== undefined) return request;
  const known = reason !== undefined && isReason(reason) ? `: ${fillReason(reason).title}` : '';
  throw badField('xml', `${reason ?? code}${known}. It does not carry the request.`, 'Paste the URL as well.');
}

export const inspectUrl = endpoint({
  method: 'POST',
  path: '/inspect',
  action: 'tidegate:InspectUrl',
  who: 'signer',
  text: 'What a URL says. Nothing is verified, looked up or kept.',
  body: z.strictObject({ url: pastedFields.url }),
  answer: inspectionShown,
  handle({ actor, body }, tools) {
    checkRate(actor.accessKeyId, tools);
    return Promise.resolve({
      status: 200,
      value: showInspection(inspect(body.url, { now: new Date(tools.clock.nowMs()) })),
    });
  },
});

export const explainUrl = endpoint({
  method: 'POST',
  path: '/explain',
  cost: 'heavy',
  action: 'tidegate:ExplainUrl',
  who: 'signer',
  text: 'Why a URL, a curl command or the XML of a refusal works or fails, check by check, with what the server knows. At most 30 a minute for each key.',
  body: asked,
  answer: explanationShown,
  async handle({ actor, body }, tools) {
    checkRate(actor.accessKeyId, tools);
    const { url, method, headers } = requestOf(body);
    const explanation = await tools.examiner.explain(
      { url, ...(method !== undefined && { method }), headers },
      {
        isSeenBy: (signer) => sees(actor, { accessKeyId: signer.accessKeyId, accountId: signer.account.id }),
        nameOfKey: (accessKeyId) => nameOfKey(accessKeyId, actor, tools),
        host: tools.endpoint().replace(/^https?:\/\//, ''),
      },
    );
    return { status: 200, value: showExplanation(explanation) };
  },
});

/** ADM-24: what is looked for costs time, so nobody asks without end. */
function checkRate(actor: string, { mayExplain }: AdminTools): void {
  if (mayExplain(actor)) return;
  throw new AdminProblem({
    status: 429,
    code: 'SlowDown',
    title: 'Too many questions',
    detail: 'A key may ask 30 times a minute.',
    hint: 'The library explains offline: explain(url, { secret }).',
    headers: { 'Retry-After': '60' },
  });
}

function showExplanation(explanation: Explanation): Readonly<Record<string, unknown>> {
  const { outcome, checks, cause, canonicalRequest, stringToSign, inspection } = explanation;
  return {
    outcome,
    checks,
    cause: cause ?? null,
    canonicalRequest,
    stringToSign,
    inspection: showInspection(inspection),
    text: String(explanation),
  };
}

function showInspection(inspection: Inspection): Readonly<Record<string, unknown>> {
  return { ...inspection };
}
