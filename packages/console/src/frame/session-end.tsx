import { useEffect, useState } from 'react';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { tellSignedOut } from '../data/api.ts';
import { readSession } from '../data/session.ts';
import { useSession } from './session-context.ts';

const warnS = 60;

/** SEC-510: a minute before an idle session expires, it can be extended without losing what was typed. */
export function SessionEnd() {
  const { session, onSignOut } = useSession();
  const [leftS, setLeftS] = useState<number>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const check = (remainingS: number): void => {
      setLeftS(remainingS <= warnS ? remainingS : undefined);
      // The page polls this itself, which does not extend the session: every 5 seconds in the last minute, before that when the minute may begin.
      const waitS = remainingS > warnS ? Math.min(remainingS - warnS + 1, 300) : 5;
      timer = setTimeout(() => {
        readSession().then(
          (now) => (now === undefined ? tellSignedOut() : check(Math.min(now.lifeS, now.idleS))),
          () => check(remainingS),
        );
      }, waitS * 1000);
    };
    check(Math.min(session.lifeS, session.idleS));
    return () => clearTimeout(timer);
  }, [session]);
  if (leftS === undefined) return null;
  const stay = (): void => {
    readSession().then(
      (now) => (now === undefined ? tellSignedOut() : setLeftS(undefined)),
      () => undefined,
    );
  };
  return (
    <Dialog isAbove onClose={stay} title="Still there?">
      <div className="flex flex-col gap-4 p-4">
        <p>You will be signed out in less than a minute because you have been inactive.</p>
        <div className="flex justify-end gap-2">
          <Button onClick={onSignOut}>Sign out</Button>
          <Button kind="primary" onClick={stay}>
            Stay signed in
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
