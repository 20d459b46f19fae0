import { useEffect, useState } from 'react';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { tellSignedOut } from '../data/api.ts';
import { readSession } from '../data/session.ts';
import { useSession } from './session-context.ts';

const warnS = 60;

/** SEC-510: a minute before a session ends for want of anything done, it can be kept, and what was typed with it. */
export function SessionEnd() {
  const { session, onSignOut } = useSession();
  const [leftS, setLeftS] = useState<number>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const look = (remainingS: number): void => {
      setLeftS(remainingS <= warnS ? remainingS : undefined);
      // Asked by the page itself: that keeps nobody signed in. A look each second in the last minute, else when it may begin.
      const waitS = remainingS > warnS ? Math.min(remainingS - warnS + 1, 300) : 5;
      timer = setTimeout(() => {
        readSession().then(
          (now) => (now === undefined ? tellSignedOut() : look(Math.min(now.lifeS, now.idleS))),
          () => look(remainingS),
        );
      }, waitS * 1000);
    };
    look(Math.min(session.lifeS, session.idleS));
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
