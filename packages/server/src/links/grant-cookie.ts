import { createCipheriv, createDecipheriv } from 'node:crypto';
import { uriEncode, uriEncodePath } from '@tidegate/presign/internal';
import type { Random } from '../world/random.ts';

/** Name of the cookie of a grant; its path tells several of them apart. */
const cookieName = 'tidegate-grant';
/** Browsers keep cookies of 4,096 bytes with their name. A longer query goes without. */
const maxValueLength = 3800;
/** How many values of one request are tried: a browser sends one for each path above. */
const maxTried = 8;
const nonceBytes = 12;
const tagBytes = 16;

/** The addressed bucket and path style of a grant, which its cookie is bound to (SEC-233). */
export type GrantPlace = { readonly bucket: string; readonly prefix: string; readonly style: 'path' | 'virtual' };

/**
 * LNK-35: the cookie with which players and pages fetch names below a granted prefix without the query. It holds that query,
 * sealed, and nothing else: whoever sends it is judged as if the query had been there, anew at every request.
 */
export class GrantCookies {
  readonly #key: Uint8Array;
  readonly #random: Random;

  /** @param key 32 bytes, the same in every process of the server and after a restart */
  constructor(key: Uint8Array, random: Random) {
    this.#key = key;
    this.#random = random;
  }

  /** The value of Set-Cookie, gone when the link is; undefined when the query is too long for one. @param query without its question mark */
  write(place: GrantPlace, query: string, secure: boolean, lifeS: number | undefined): string | undefined {
    const nonce = this.#random.bytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagBytes });
    const path = cookiePath(place);
    cipher.setAAD(Buffer.from(path));
    const text = Buffer.concat([cipher.update(query, 'latin1'), cipher.final()]);
    const value = Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
    if (value.length + path.length > maxValueLength) return undefined;
    // SameSite=None is taken only with Secure, which plain HTTP cannot have.
    const site = secure ? 'SameSite=None; Secure' : 'SameSite=Lax';
    const life = lifeS === undefined ? '' : `; Max-Age=${lifeS}`;
    return `${cookieName}=${value}; Path=${path}${life}; HttpOnly; ${site}`;
  }

  /**
   * The query of a grant's cookie whose path the request lies under; undefined when there is none that was sealed here.
   * @param path of the request, raw
   */
  read(cookieHeader: string | undefined, path: string): string | undefined {
    if (cookieHeader === undefined || !cookieHeader.includes(`${cookieName}=`)) return undefined;
    let tried = 0;
    for (const pair of cookieHeader.split(';')) {
      const [name, value] = pair.trim().split('=', 2);
      if (name !== cookieName || value === undefined || value.length > maxValueLength) continue;
      tried += 1;
      if (tried > maxTried) return undefined;
      const query = this.#openBelow(Buffer.from(value, 'base64url'), path);
      if (query !== undefined) return query;
    }
    return undefined;
  }

  /** A browser does not say which path a cookie is for, so each directory above the request is tried, the nearest first. */
  #openBelow(sealed: Buffer, path: string): string | undefined {
    if (sealed.byteLength < nonceBytes + tagBytes) return undefined;
    let end = path.lastIndexOf('/');
    for (let depth = 0; end > 0 && depth < 64; depth += 1) {
      const query = this.#open(sealed, path.slice(0, end + 1));
      if (query !== undefined) return query;
      end = path.lastIndexOf('/', end - 1);
    }
    return undefined;
  }

  #open(sealed: Buffer, path: string): string | undefined {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(path));
    decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]).toString(
        'latin1',
      );
    } catch (error) {
      // Sealed for another path, by another server, or by nobody.
      if (error instanceof Error) return undefined;
      throw error;
    }
  }
}

/** The prefix's own path as a browser writes it. */
function cookiePath({ bucket, prefix, style }: GrantPlace): string {
  const key = uriEncodePath(prefix);
  return style === 'virtual' ? `/${key}` : `/${uriEncode(bucket)}/${key}`;
}
