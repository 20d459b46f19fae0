import { useAsk } from '../../data/hooks.ts';
import { formatCount } from '../../format.ts';

/** Links that are counted before their key ends. */
const mostCounted = 200;

type StoppingProps = {
  readonly id: string;
  /** What is said where no active link is signed with it. */
  readonly none: string;
  /** `working now.`, after the links that stop. */
  readonly after: string;
};

/** What stops with a key: `12 active links stop working now.` */
export function Stopping({ id, none, after }: StoppingProps) {
  const { data } = useAsk('listLinks', { accessKeyId: id, state: 'active', limit: mostCounted });
  // Its room is kept, so that nothing moves under the pointer.
  if (data === undefined) return <p className="invisible">{none}</p>;
  const { length } = data.items;
  if (length === 0) return <p>{none}</p>;
  const count = `${formatCount(length)}${data.next === null ? '' : '+'}`;
  return (
    <p className="font-semibold text-warn">
      {count} active {length === 1 ? 'link stops' : 'links stop'} {after}
    </p>
  );
}
