import { createContext, useContext } from 'react';
import type { SessionInfo } from '../data/session.ts';

type SessionValue = {
  readonly session: SessionInfo;
  readonly onSignedIn: (session: SessionInfo) => void;
  readonly onSignOut: () => void;
};

export const SessionContext = createContext<SessionValue | undefined>(undefined);

/** Who is signed in. Inside the frame alone. */
export function useSession(): SessionValue {
  const value = useContext(SessionContext);
  if (value === undefined) throw new Error('No session: SessionContext is missing.');
  return value;
}
