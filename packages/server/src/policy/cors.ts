import type { CORSRule } from '@tidegate/protocol';

/** A request from another origin: a preflight asks for a method and headers, the request itself has them. */
export type CorsQuestion = {
  readonly origin: string;
  readonly method: string;
  /** Lower-case names of `Access-Control-Request-Headers`; empty for the request itself. */
  readonly headers: readonly string[];
};

/** The first rule that fits the request, as Amazon S3 takes it (SIG-100). */
export function findCorsRule(rules: readonly CORSRule[], question: CorsQuestion): CORSRule | undefined {
  return rules.find(
    (rule) =>
      rule.allowedOrigins.some((pattern) => fitsPattern(pattern, question.origin)) &&
      rule.allowedMethods.some((method) => method === question.method) &&
      question.headers.every((name) =>
        rule.allowedHeaders.some((pattern) => fitsPattern(pattern.toLowerCase(), name.toLowerCase())),
      ),
  );
}

/**
 * The CORS headers of an answer under the rule. As on Amazon S3 an origin that fits a pattern is allowed credentials like one that is
 * spelled out; here only if the pattern says more than that any host will do (SEC-430).
 */
export function corsResponseHeaders(rule: CORSRule, question: CorsQuestion): [name: string, value: string][] {
  const headers: [string, string][] = [];
  if (rule.allowedOrigins.some((pattern) => !isAnyHost.test(pattern) && fitsPattern(pattern, question.origin))) {
    headers.push(['access-control-allow-origin', question.origin], ['access-control-allow-credentials', 'true']);
  } else if (rule.allowedOrigins.includes('*')) {
    headers.push(['access-control-allow-origin', '*']);
  } else {
    headers.push(['access-control-allow-origin', question.origin]);
  }
  headers.push(['access-control-allow-methods', rule.allowedMethods.join(', ')]);
  if (question.headers.length > 0) headers.push(['access-control-allow-headers', question.headers.join(', ')]);
  if (rule.exposeHeaders.length > 0) headers.push(['access-control-expose-headers', rule.exposeHeaders.join(', ')]);
  if (rule.maxAgeSeconds !== undefined) headers.push(['access-control-max-age', String(rule.maxAgeSeconds)]);
  headers.push(['vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method']);
  return headers;
}

/** A pattern that every origin fits, or every one of a scheme. */
const isAnyHost = /^(?:h|ht|htt|https?(?::\/{0,2})?)?\*$/;

const originText = /^[\x21-\x7e]{1,2048}$/;

/** Whether a text can be an origin that is named in an answer. */
export function isOrigin(text: string): boolean {
  return originText.test(text);
}

/** `*` once, anywhere, stands for any run of characters; the pattern covers the whole text (SEC-430). */
function fitsPattern(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === text;
  const before = pattern.slice(0, star);
  const behind = pattern.slice(star + 1);
  return text.length >= before.length + behind.length && text.startsWith(before) && text.endsWith(behind);
}
