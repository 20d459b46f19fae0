type Headers = readonly (readonly [name: string, value: string])[];

/** What every answer of the console's listener has (SEC-504). */
export const commonHeaders: Headers = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

/**
 * SEC-504. The nonce is for the one `<style>` that a dialog's scroll lock adds; `s3` is the origin that objects come from.
 * Plain HTTP on another host than the reader's own machine has no other way to say that nothing foreign may be loaded.
 */
export function contentSecurityPolicy(nonce: string, s3: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' blob: data: ${s3}`,
    `media-src blob: ${s3}`,
    `connect-src 'self' ${s3}`,
    "font-src 'self'",
    `frame-src blob: ${s3}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}
