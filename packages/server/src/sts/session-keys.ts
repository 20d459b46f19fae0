import type { FoundKey, FoundSession, KeySource } from '../auth/authenticate.ts';
import type { Session } from '../auth/caller.ts';
import type { KeyStore, KeyWithSecret } from '../stores/keys/key-store.ts';
import { Secret } from '../stores/keys/secret.ts';
import type { LinkStore } from '../stores/links/link-store.ts';
import type { SessionFacts, SessionTokens } from './session-tokens.ts';

/** Where the verifier looks keys up: permanent ones in their store, temporary ones in their own token. */
export function sessionKeys(
  keys: KeyStore,
  tokens: SessionTokens,
  links: Pick<LinkStore, 'findSessionRevocation'>,
): KeySource {
  return {
    readKey: (accessKeyId) => keys.readKey(accessKeyId),
    readSession(accessKeyId, token) {
      const facts = tokens.open(accessKeyId, token);
      if (facts === undefined) return 'invalid-token';
      const parent = keys.readKey(facts.parent);
      const isTakenBack = () => links.findSessionRevocation(facts.tokenHash, facts.endsAtMs) !== undefined;
      const join = (found: KeyWithSecret | undefined): FoundSession =>
        joined(found, facts, { accessKeyId, token, isTakenBack });
      return parent instanceof Promise ? parent.then(join) : join(parent);
    },
    noteUse: (serial) => keys.noteUse(serial),
  };
}

/** STS-12: without its key, or the secret of it that signed for them, temporary credentials are as good as unknown. */
function joined(
  parent: KeyWithSecret | undefined,
  { parentSerial, secret, endsAtMs, name, policy }: SessionFacts,
  asked: Pick<Session, 'accessKeyId' | 'token' | 'isTakenBack'>,
): FoundKey | undefined {
  const signer = parent?.secrets.find(({ serial }) => serial === parentSerial);
  if (parent === undefined || signer === undefined) return undefined;
  const own = new Secret(secret);
  return {
    record: parent.record,
    secret: own,
    secrets: [{ secret: own, generation: signer.generation, serial: parentSerial }],
    session: { ...asked, endsAtMs, name, policy },
  };
}
