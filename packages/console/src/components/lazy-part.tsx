import { type ComponentType, useEffect, useState } from 'react';
import { whyUnreachable } from '../data/api-error.ts';
import { Dialog } from './dialog.tsx';
import { Failure, LoadingRows } from './states.tsx';

/** What the user sees in place of a part whose code is not loaded. */
type Place =
  /** A whole screen: it has a heading of its own. */
  | 'screen'
  /** A part of a page. */
  | 'section'
  /** A dialog: nothing while it is on its way. */
  | 'dialog'
  /** Nothing: it appears when it can. */
  | 'nothing';

type Load<Props> = () => Promise<ComponentType<Props>>;

/**
 * A component whose code is loaded when it is first shown. If the code cannot be loaded (the server is down, the machine is offline,
 * a new version was installed), the user reads that and can try again; a plain `lazy` would leave the page blank.
 */
export function lazyPart<Props extends object>(load: Load<Props>, place: Place = 'dialog'): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Part(props: Props) {
    const [state, setState] = useState<'loading' | 'failed'>('loading');
    const [, draw] = useState({});
    const [attempt, setAttempt] = useState(0);
    useEffect(() => {
      if (loaded !== undefined) return;
      let isGone = false;
      const fail = (): void => {
        if (!isGone) setState('failed');
      };
      load().then(
        (component) => {
          loaded = component;
          if (!isGone) draw({});
        },
        () => {
          // Some browsers remember that a module failed. If the server answers again, only a new page helps.
          if (attempt === 0) fail();
          else isServerUp().then((isUp) => (isUp && !isGone ? location.reload() : fail()), fail);
        },
      );
      return () => {
        isGone = true;
      };
    }, [attempt]);
    useEffect(() => {
      // Also while it is being loaded: an attempt that began offline may fail after the machine is back online.
      if (loaded !== undefined) return;
      const again = (): void => retry();
      addEventListener('online', again);
      return () => removeEventListener('online', again);
    });
    const retry = (): void => {
      setState('loading');
      setAttempt((count) => count + 1);
    };
    const Loaded = loaded;
    if (Loaded !== undefined) return <Loaded {...props} />;
    if (place === 'nothing') return null;
    if (state === 'loading') return place === 'dialog' ? null : <LoadingRows />;
    const failure = (
      <Failure error={new Error(whyUnreachable())} onRetry={retry} what="Can't load this part of the console." />
    );
    if (place === 'section') return failure;
    if (place === 'dialog') {
      return (
        <Dialog onClose={closeOf(props)} title="Not loaded">
          {failure}
        </Dialog>
      );
    }
    return (
      <div className="mx-auto max-w-400 px-3 pt-5 sm:px-6">
        <h1 className="mb-4 text-xl font-semibold">Not loaded</h1>
        <section className="card">{failure}</section>
      </div>
    );
  };
}

/** Every dialog is given `onClose`. */
function closeOf(props: object): () => void {
  // Sound: whatever is called `onClose` here takes no arguments.
  return 'onClose' in props ? (props.onClose as () => void) : () => undefined;
}

async function isServerUp(): Promise<boolean> {
  return (await fetch('/_/health/live', { cache: 'no-store' })).ok;
}
