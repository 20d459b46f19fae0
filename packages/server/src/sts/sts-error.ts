import { type ErrorCode, S3Error, StoreFailure } from '@tidegate/protocol';

/** A refusal of STS, in its own codes. */
export class StsError extends Error {
  override readonly name = 'StsError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** STS-4: how STS calls what the verifier refuses with. */
const codes: { readonly [Code in ErrorCode]?: readonly [status: number, code: string] } = {
  InvalidAccessKeyId: [403, 'InvalidClientTokenId'],
  InvalidToken: [403, 'InvalidClientTokenId'],
  ExpiredToken: [403, 'ExpiredToken'],
  SignatureDoesNotMatch: [403, 'SignatureDoesNotMatch'],
  RequestTimeTooSkewed: [403, 'SignatureDoesNotMatch'],
  AuthorizationHeaderMalformed: [400, 'IncompleteSignature'],
  AuthorizationQueryParametersError: [400, 'IncompleteSignature'],
  AccessDenied: [403, 'AccessDenied'],
};

/** Whatever was thrown, as STS answers it; `bug`: what nobody foresaw. */
export function toStsError(error: unknown): { readonly refused: StsError; readonly bug: unknown } {
  if (error instanceof StsError) return { refused: error, bug: undefined };
  const known = error instanceof StoreFailure ? error.toRefusal() : error;
  if (!(known instanceof S3Error)) {
    return {
      refused: new StsError(500, 'InternalFailure', 'The request failed because of an internal error.'),
      bug: error,
    };
  }
  const { status, code, message } = known;
  const [stsStatus, stsCode] = codes[code] ?? (status >= 500 ? [status, 'ServiceUnavailable'] : [status, code]);
  return { refused: new StsError(stsStatus, stsCode, message), bug: error instanceof StoreFailure ? error : undefined };
}
