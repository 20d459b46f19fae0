import { hmacHex, hmacKey } from '@tidegate/presign/internal';
import { send } from './api.ts';
import { asSession, type SessionInfo } from './session.ts';

/**
 * Signs in: the secret signs a challenge here and goes nowhere. The text is that of the server's `sign-in.ts`.
 * @throws ApiError
 */
export async function signIn(accessKeyId: string, secret: string): Promise<SessionInfo> {
  const asked = await send('POST', '/session/challenge');
  const challenge = typeof asked === 'object' && asked !== null && 'challenge' in asked ? String(asked.challenge) : '';
  const atMs = Date.now();
  const text = `TIDEGATE-CONSOLE-SIGN-IN\n${location.origin}\n${accessKeyId}\n${atMs}\n${challenge}`;
  const proof = hmacHex(hmacKey(secret), text);
  return asSession(await send('POST', '/session', { body: { accessKeyId, challenge, atMs, proof } }));
}
