import { receivedHeader } from './auth/received.ts';
import type { WireRequest } from './http/wire.ts';
import type { PageFrame } from './pages/page.ts';
import { Wording } from './pages/wording.ts';
import type { Server } from './server.ts';

/** How a page looks, and in which language its reader wants it (SHR-16). */
export function pageFrameOf(
  { rawHeaders }: Pick<WireRequest, 'rawHeaders'>,
  server: Pick<Server, 'pageLook'>,
): PageFrame {
  return { look: server.pageLook, words: wordingOf({ rawHeaders }) };
}

/** The reader's language alone: for texts without a page. */
export function wordingOf({ rawHeaders }: Pick<WireRequest, 'rawHeaders'>): Wording {
  return new Wording(receivedHeader(rawHeaders, 'accept-language'));
}
