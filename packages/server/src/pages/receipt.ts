import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** One file that a receipt names. */
export type ReceiptFile = {
  /** As the sender called it. */
  readonly name: string;
  /** Where it was handed in: the request's place and the name. */
  readonly key: string;
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
};

/** What a file request answers: proof of what was handed in, to whom and when (SHR-24). */
export type Receipt = {
  readonly receipt: string;
  readonly server: string;
  readonly request: string;
  readonly time: string;
  readonly files: readonly ReceiptFile[];
  readonly keyId: string;
  /** Ed25519 over the canonical form of everything else, base64. */
  readonly signature: string;
};

/** A public key in the document at `/_/keys.json`, as JSON Web Key (RFC 8037). */
export type PublicReceiptKey = {
  readonly kid: string;
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
};

/** PKCS#8 of an Ed25519 key up to its 32 bytes (RFC 8410, section 7). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Signs receipts. */
export class ReceiptSigner {
  readonly #key: KeyObject;
  readonly publicKey: PublicReceiptKey;
  readonly #earlier: readonly string[];

  /**
   * @param seed 32 bytes, the same in every process of the server and after a restart; never stored in the clear
   * @param earlier public halves of keys that receipts were signed with before
   */
  constructor(seed: Uint8Array, earlier: readonly string[] = []) {
    this.#earlier = earlier;
    this.#key = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });
    const { x = '' } = createPublicKey(this.#key).export({ format: 'jwk' });
    this.publicKey = publicKeyOf(x);
  }

  sign(receipt: Omit<Receipt, 'keyId' | 'signature'>): Receipt {
    const said = { ...receipt, keyId: this.publicKey.kid };
    return { ...said, signature: sign(null, Buffer.from(canonicalJson(said)), this.#key).toString('base64') };
  }

  /** The document at `/_/keys.json`: the key that signs first, then those of before, so that their receipts stay good. */
  keysDocument(): string {
    const earlier = this.#earlier.filter((x) => x !== this.publicKey.x).toReversed();
    return `${JSON.stringify({ keys: [this.publicKey, ...earlier.map(publicKeyOf)] })}\n`;
  }
}

function publicKeyOf(x: string): PublicReceiptKey {
  const kid = `ed25519-${createHash('sha256').update(Buffer.from(x, 'base64url')).digest('hex').slice(0, 16)}`;
  return { kid, kty: 'OKP', crv: 'Ed25519', x, use: 'sig', alg: 'EdDSA' };
}

/** What became of a receipt that was looked at. */
export type ReceiptVerdict =
  | { readonly kind: 'valid'; readonly receipt: Receipt }
  | { readonly kind: 'invalid' | 'unknown key' | 'no receipt'; readonly why: string };

/** Verifies a receipt by the public keys of its server (SHR-25). Needs nothing but the two documents, and never throws. */
export function verifyReceipt(receipt: unknown, keysDocument: unknown): ReceiptVerdict {
  if (!isReceipt(receipt)) return { kind: 'no receipt', why: 'This is not a receipt: members are missing.' };
  const { signature, ...said } = receipt;
  const key = keysOf(keysDocument).find(({ kid }) => kid === receipt.keyId);
  if (key === undefined) return { kind: 'unknown key', why: `The key document has no key ${receipt.keyId}.` };
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.x }, format: 'jwk' });
    if (verify(null, Buffer.from(canonicalJson(said)), publicKey, Buffer.from(signature, 'base64'))) {
      return { kind: 'valid', receipt };
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { kind: 'invalid', why: `It cannot be checked: ${error.message}` };
  }
  return { kind: 'invalid', why: 'The signature does not match: the receipt was changed.' };
}

/** The canonical form of JSON (RFC 8785): members sorted by their UTF-16 units, no blanks. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function isReceipt(value: unknown): value is Receipt {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['receipt', 'server', 'request', 'time', 'keyId', 'signature'];
  return (
    texts.every((name) => typeof Reflect.get(value, name) === 'string') && Array.isArray(Reflect.get(value, 'files'))
  );
}

function keysOf(document: unknown): { readonly kid: string; readonly x: string }[] {
  if (typeof document !== 'object' || document === null) return [];
  const keys: unknown = Reflect.get(document, 'keys');
  if (!Array.isArray(keys)) return [];
  return keys.flatMap((key: unknown) => {
    if (typeof key !== 'object' || key === null) return [];
    const [kid, x]: unknown[] = [Reflect.get(key, 'kid'), Reflect.get(key, 'x')];
    return typeof kid === 'string' && typeof x === 'string' ? [{ kid, x }] : [];
  });
}
