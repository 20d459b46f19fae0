import { receivedHeader } from '../auth/received.ts';
import type { WireRequest } from '../http/wire.ts';
import type { PageFrame } from '../pages/page.ts';
import { Wording } from '../pages/wording.ts';
import type { Server } from './server.ts';

/** How a page looks, and in which language its reader wants it (SHR-16). */
export function pageFrameOf(
  { rawHeaders }: Pick<WireRequest, 'rawHeaders'>,
  server: Pick<Server, 'pageTheme'>,
): PageFrame {
  return { theme: server.pageTheme, words: wordingOf({ rawHeaders }) };
}

/**
 * Where a page that came without TLS is reached with it, as far as that is known: at the public endpoint, or at the same name where
 * plain HTTP has its own port.
 */
export function secureUrlOf(
  { rawHeaders, forwardedHost, target }: Pick<WireRequest, 'rawHeaders' | 'forwardedHost' | 'target'>,
  publicEndpoint: string | undefined,
): string | undefined {
  if (publicEndpoint?.startsWith('https:') === true) return `${publicEndpoint}${target}`;
  const host = forwardedHost ?? receivedHeader(rawHeaders, 'host') ?? '';
  return /^(?=.*[a-z])[a-z0-9.-]+$/i.test(host) ? `https://${host}${target}` : undefined;
}

/** The reader's language alone: for texts without a page. */
export function wordingOf({ rawHeaders }: Pick<WireRequest, 'rawHeaders'>): Wording {
  return new Wording(receivedHeader(rawHeaders, 'accept-language'));
}
