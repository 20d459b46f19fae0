import { useAsk } from '../data/hooks.ts';
import { shortKey } from '../format.ts';
import { useSession } from '../frame/session-context.ts';

/** What is noted of each key, by its id. Whoever is no owner sees no keys, and gets none. */
export function useKeyNotes(): ReadonlyMap<string, string | null> {
  const { session } = useSession();
  const keys = useAsk('listKeys', { limit: 1_000 }, { enabled: session.role === 'owner' });
  return new Map(keys.data?.items.map(({ id, note }) => [id, note]));
}

type KeyNameProps = { readonly id: string; readonly notes: ReadonlyMap<string, string | null> };

/** A key as people know it: by its note, else by both ends of its id. */
export function KeyName({ id, notes }: KeyNameProps) {
  const note = notes.get(id);
  if (note != null) return <span title={id}>{note}</span>;
  return (
    <code className="font-mono text-xs" title={id}>
      {shortKey(id)}
    </code>
  );
}
