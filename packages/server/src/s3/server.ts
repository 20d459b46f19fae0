import type { Authority } from '../auth/authenticate.ts';
import type { Links } from '../links/links.ts';
import type { RunningUploads } from '../links/resumable/running-uploads.ts';
import type { PageTheme } from '../pages/page-theme.ts';
import type { ResumableStore } from '../stores/objects/resumable-store.ts';
import type { SessionTokens } from '../sts/session-tokens.ts';
import type { OperationTools } from './operation-tools.ts';
import type { Router } from './route.ts';

/** Everything that the request path works with. Made once by `main.ts`, never changed. */
export type Server = {
  readonly router: Router;
  readonly tools: OperationTools;
  readonly authority: Authority;
  readonly links: Links;
  readonly resumables: ResumableStore;
  /** Of this process. */
  readonly runningUploads: RunningUploads;
  readonly sessionTokens: SessionTokens;
  /** S3's second id of a request; the same for every answer of one process. */
  readonly hostId: string;
  /** Reason and Hint in public errors (SIG-97): in the document, only in headers, or not for failed signatures. */
  readonly explain: boolean | 'header';
  /** A browser that opens a bad link sees a page. */
  readonly htmlErrors: boolean;
  /** Whose the pages for people are. */
  readonly pageTheme: PageTheme;
  /** `auto`, `off`, or a Content-Security-Policy for objects of active types (SEC-501). */
  readonly objectCsp: string;
  /** Where a customer's key may come without TLS (ENC-9). */
  readonly customerKeysOverHttp: 'loopback' | 'allow' | 'refuse';
  readonly bodyLimits: BodyLimits;
};

/** Bounds of bodies, by the names of security.md, section I. */
export type BodyLimits = {
  readonly maxTrailerBytes: number;
  readonly maxXmlBytes: number;
  readonly maxXmlBytesConfig: number;
  readonly maxSinglePutBytes: number;
};
