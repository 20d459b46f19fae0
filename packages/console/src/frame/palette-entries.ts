import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { chooseZone } from '../components/time.tsx';
import { sayFailed } from '../components/toast.tsx';
import { useAsk } from '../data/hooks.ts';
import { type Action, whyForbidden } from '../data/rights.ts';
import { s3Document } from '../data/s3.ts';
import { signOut } from '../data/session.ts';
import { childrenOf, textOf } from '../data/xml.ts';
import { shortId, shortKey } from '../format.ts';
import { targetOf } from '../link-words.ts';
import { screens } from '../screens/index.ts';
import type { PaletteEntry } from './palette-entry.ts';
import { isPasted, usePastedEntries } from './palette-pasted.ts';
import { useSession } from './session-context.ts';
import { chooseTheme } from './theme.ts';

const idForm = /^(?:lk|sh|rq)_[a-z2-7]{16}/;
const bucketForm = /^[a-z0-9][a-z0-9.-]{0,62}$/;
const labelForm = /^[\w.~-]{2,64}$/;
const mostShown = 14;
const mostOfAKind = 5;
/** So long after the last letter the server is asked. */
const restMs = 120;

const has = (path: string): boolean => screens.some((screen) => screen.path === path);

/** What fits the text: links, buckets, objects, keys, requests, screens, actions; or what can be done with a pasted link. */
export function usePaletteEntries(typed: string): readonly PaletteEntry[] {
  const isLink = isPasted(typed);
  const text = useRested(isLink ? '' : typed.replace(/^s3:\/\//, ''));
  const [, go] = useLocation();
  const pasted = usePastedEntries(typed);
  const links = useLinks(text, go);
  const places = usePlaces(text, go);
  const kept = useKept(text, go);
  const actions = useActions(go);
  if (isLink) return pasted;
  const asked = typed.toLowerCase();
  const fits = ({ text: words, also = '' }: PaletteEntry): boolean => `${words} ${also}`.toLowerCase().includes(asked);
  const id = idForm.exec(typed)?.[0];
  const opened: readonly PaletteEntry[] =
    id === undefined ? [] : [{ id: 'open', text: `Open ${id}`, icon: 'links', act: () => go(`/links/${id}`) }];
  return [...opened, ...screenEntries(go).filter(fits), ...actions.filter(fits), ...places, ...links, ...kept].slice(
    0,
    mostShown,
  );
}

/** The text as it is when somebody pauses. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMs);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

function screenEntries(go: (to: string) => void): readonly PaletteEntry[] {
  const shown = screens.flatMap(({ path, nav }) =>
    nav === undefined
      ? []
      : [{ id: `go${path}`, text: nav.label, icon: nav.icon, note: `g ${nav.key}`, act: () => go(path) }],
  );
  const parts = [
    ['server', 'Server and public endpoint'],
    ['links', 'Retention and logs'],
    ['webhooks', 'Webhooks'],
    ['appearance', 'Appearance and keys'],
  ] as const;
  if (!has('/settings')) return shown;
  return [
    ...shown,
    ...parts.map(([part, text]) => ({
      id: `settings-${part}`,
      text,
      icon: 'settings' as const,
      note: 'Settings',
      act: () => go(`/settings/${part}`),
    })),
  ];
}

function useLinks(text: string, go: (to: string) => void): readonly PaletteEntry[] {
  const byLabel = useAsk(
    'listLinks',
    { limit: mostOfAKind, label: `${text}*` },
    { enabled: labelForm.test(text) && !idForm.test(text) },
  );
  const [bucket = '', prefix = ''] = text.split(/\/(.*)/s);
  const inBucket = useAsk(
    'listLinks',
    { limit: mostOfAKind, bucket, ...(prefix !== '' && { prefix }) },
    { enabled: bucketForm.test(bucket) && bucket.length > 2 },
  );
  // Those that were used last are found by any part of what they lead to.
  const recent = useAsk('listLinks', { limit: 100 }, { enabled: text.length > 1 });
  const asked = text.toLowerCase();
  const fitting = (recent.data?.items ?? []).filter(
    // Requests have entries of their own, by their titles.
    (link) =>
      text.length > 1 &&
      link.kind !== 'request' &&
      `${targetOf(link)} ${link.note ?? ''}`.toLowerCase().includes(asked),
  );
  const links = [...(byLabel.data?.items ?? []), ...(inBucket.data?.items ?? []), ...fitting];
  return [...new Map(links.map((link) => [link.id, link])).values()].slice(0, mostOfAKind + 1).map((link) => ({
    id: link.id,
    text: targetOf(link),
    icon: 'links',
    note: [link.label === null || link.label.startsWith('~') ? undefined : link.label, shortId(link.id)]
      .filter((part) => part !== undefined)
      .join(' · '),
    act: () => go(`/links/${link.id}`),
  }));
}

/** Buckets, and objects below what is typed after a slash. */
function usePlaces(text: string, go: (to: string) => void): readonly PaletteEntry[] {
  const isOn = has('/browse');
  const [bucket = '', prefix] = text.split(/\/(.*)/s);
  const isBucket = bucketForm.test(bucket);
  const buckets = useAsk(
    'listBuckets',
    { limit: mostOfAKind, prefix: bucket },
    { enabled: isOn && isBucket && prefix === undefined },
  );
  const objects = useObjects(bucket, isOn && isBucket && bucket.length > 2 ? prefix : undefined);
  if (!isOn || !isBucket) return [];
  const at = (where: Readonly<Record<string, string>>): string => `/browse?${new URLSearchParams(where)}`;
  if (prefix === undefined) {
    return (buckets.data?.items ?? []).map(({ name }) => ({
      id: `bucket-${name}`,
      text: `${name}/`,
      icon: 'browse',
      note: 'Bucket',
      act: () => go(at({ bucket: name })),
    }));
  }
  return objects.map((key) => ({
    id: `object-${key}`,
    text: `${bucket}/${key}`,
    icon: 'file',
    note: 'Object',
    act: () => go(at({ bucket, prefix: key.slice(0, key.lastIndexOf('/') + 1), object: key })),
  }));
}

function useObjects(bucket: string, prefix: string | undefined): readonly string[] {
  const [found, setFound] = useState<{ readonly of: string; readonly keys: readonly string[] }>();
  const of = prefix === undefined ? '' : `${bucket}/${prefix}`;
  useEffect(() => {
    if (prefix === undefined) return;
    const ending = new AbortController();
    const query = { 'list-type': '2', prefix, 'max-keys': String(mostOfAKind), 'encoding-type': 'url' };
    s3Document({ method: 'GET', bucket, query }, ending.signal).then(
      (root) =>
        setFound({
          of: `${bucket}/${prefix}`,
          keys: childrenOf(root, 'Contents').map((entry) =>
            decodeURIComponent(textOf(entry, 'Key').replaceAll('+', ' ')),
          ),
        }),
      () => {
        // No such bucket, or not for this key: then there is nothing to find in it.
      },
    );
    return () => ending.abort();
  }, [bucket, prefix]);
  return found?.of === of && of !== '' ? found.keys : [];
}

/** Keys and file requests, which are few: found by any part of their names. */
function useKept(text: string, go: (to: string) => void): readonly PaletteEntry[] {
  const { session } = useSession();
  const isAsked = text.length > 1;
  const isOwner = session.role === 'owner';
  const keys = useAsk('listKeys', { limit: 1_000 }, { enabled: isAsked && isOwner && has('/keys') });
  const requests = useAsk('listRequests', { limit: 200 }, { enabled: isAsked && isOwner && has('/requests') });
  if (!isAsked) return [];
  const asked = text.toLowerCase();
  const isIn = (...words: readonly (string | null)[]): boolean =>
    words.some((word) => word?.toLowerCase().includes(asked) === true);
  return [
    ...(keys.data?.items ?? [])
      .filter(({ id, note }) => isIn(id, note))
      .slice(0, mostOfAKind)
      .map(({ id, note }) => ({
        id: `key-${id}`,
        text: note ?? id,
        icon: 'keys' as const,
        note: note === null ? 'Key' : shortKey(id),
        act: () => go(has('/keys/:id') ? `/keys/${id}` : `/keys?key=${id}`),
      })),
    ...(requests.data?.items ?? [])
      .filter(({ title, note, id }) => isIn(title, note, id))
      .slice(0, mostOfAKind)
      .map(({ id, title, bucket, key }) => ({
        id: `request-${id}`,
        text: title ?? `${bucket}/${key}`,
        icon: 'requests' as const,
        note: 'File request',
        act: () => go(`/requests/${id}`),
      })),
  ];
}

function useActions(go: (to: string) => void): readonly PaletteEntry[] {
  const { session, onSignOut } = useSession();
  const may = (action: Action): boolean => whyForbidden(session.role, action) === undefined;
  const act = (
    id: string,
    text: string,
    icon: PaletteEntry['icon'],
    what: () => void,
    more: object = {},
  ): PaletteEntry => ({
    id,
    text,
    icon,
    act: what,
    ...more,
  });
  return [
    ...(may('share') ? [act('new-share', 'New share', 'plus', () => go('/links?new=share'), { note: 'n' })] : []),
    act('new-link', 'New presigned URL', 'plus', () => go('/links?new=link')),
    ...(may('signWrite') ? [act('new-upload', 'New upload link', 'plus', () => go('/links?new=upload'))] : []),
    ...(may('request') ? [act('new-request', 'New file request', 'plus', () => go('/requests?new=request'))] : []),
    ...(has('/keys') && session.role === 'owner'
      ? [act('new-key', 'New key', 'plus', () => go('/keys?new=1'), { also: 'access key' })]
      : []),
    act('dark', 'Dark theme', 'theme', () => chooseTheme('dark')),
    act('light', 'Light theme', 'theme', () => chooseTheme('light')),
    act('system', 'System theme', 'theme', () => chooseTheme('system')),
    act('utc', 'Times in UTC', 'clock', () => chooseZone('utc')),
    act('local', 'Times in local time', 'clock', () => chooseZone('local'), { also: 'local' }),
    act('out', 'Sign out', 'out', () => void signOut().then(onSignOut, sayFailed), { also: 'log out leave' }),
  ];
}
