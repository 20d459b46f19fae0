import { Link, useLocation } from 'wouter';
import { Icon } from '../components/icon.tsx';
import { Menu } from '../components/menu.tsx';
import { useAsk } from '../data/hooks.ts';
import { signOut } from '../data/session.ts';
import { formatCount, shortKey } from '../format.ts';
import { type Screen, screens } from '../screens/index.ts';
import { useSession } from './session-context.ts';
import { useKey } from './shortcuts.ts';

const roles = { owner: 'Owner', write: 'Read and write', read: 'Read', 'link-only': 'Links only' } as const;

type NavScreen = Screen & { readonly nav: NonNullable<Screen['nav']> };

const shown: readonly NavScreen[] = screens.flatMap((screen) =>
  screen.nav === undefined ? [] : [{ ...screen, nav: screen.nav }],
);

function useIsHere(path: string): boolean {
  const [here] = useLocation();
  return here === path || here.startsWith(`${path}/`);
}

/** Left of the page: words from 1024 px on, icons from 640 px on. */
export function Rail() {
  const { session, onSignOut } = useSession();
  const leave = () => {
    signOut().then(onSignOut, onSignOut);
  };
  return (
    <nav
      aria-label="Main"
      className="fixed inset-y-0 left-0 z-20 flex w-14 flex-col border-r border-line bg-sunken px-2.5 pb-4 max-sm:hidden lg:w-52"
    >
      <Link className="flex h-14 items-center gap-2.5 px-2 text-accent" href="/links">
        <Icon name="mark" size={20} />
        <span className="text-base font-semibold text-text max-lg:sr-only">Tidegate</span>
      </Link>
      {shown
        .filter(({ nav }) => nav.atEnd === undefined)
        .map((screen) => (
          <RailLink key={screen.path} screen={screen} />
        ))}
      <div className="flex-1" />
      {shown
        .filter(({ nav }) => nav.atEnd === true)
        .map((screen) => (
          <RailLink key={screen.path} screen={screen} />
        ))}
      <div className="my-2 border-t border-line" />
      <Menu
        entries={[{ text: 'Sign out', icon: 'out', onChoose: leave }]}
        trigger={
          <button className="rounded-md px-2 py-1 text-left hover:bg-surface" type="button">
            <span className="block font-semibold max-lg:sr-only">{roles[session.role]}</span>
            <span className="block font-mono text-xs text-muted max-lg:sr-only">{shortKey(session.accessKeyId)}</span>
            <span className="lg:hidden">
              <Icon name="keys" />
            </span>
          </button>
        }
      />
    </nav>
  );
}

function RailLink({ screen: { path, nav } }: { readonly screen: NavScreen }) {
  const isHere = useIsHere(path);
  const [, go] = useLocation();
  useKey(`g ${nav.key}`, nav.label, () => go(path));
  return (
    <Link
      aria-current={isHere ? 'page' : undefined}
      className={`flex h-8.5 items-center gap-2.5 rounded-md border px-2 ${isHere ? 'border-line bg-surface font-semibold' : 'border-transparent text-muted hover:bg-surface hover:text-text'}`}
      href={path}
      title={nav.label}
    >
      <span className={isHere ? 'text-accent' : ''}>
        <Icon name={nav.icon} />
      </span>
      <span className="flex-1 max-lg:sr-only">{nav.label}</span>
      <NavCount path={path} />
    </Link>
  );
}

function NavCount({ path }: { readonly path: string }) {
  if (path === '/links') return <ActiveLinks />;
  return path === '/requests' ? <OpenRequests /> : null;
}

function ActiveLinks() {
  const { data } = useAsk('readSummary', {}, { everyMs: 60_000 });
  return data === undefined ? null : <Count isAll={data.active.complete} of={data.active.count} what="active" />;
}

/** None is no number: most have no request. */
function OpenRequests() {
  const { data } = useAsk('listRequests', { limit: 100 });
  const open = data?.items.filter(({ state, closedAt }) => state === 'active' && closedAt === null) ?? [];
  return open.length === 0 ? null : <Count isAll={data?.next === null} of={open.length} what="open" />;
}

type CountProps = { readonly of: number; readonly isAll: boolean; readonly what: string };

function Count({ of, isAll, what }: CountProps) {
  return (
    <span className="font-normal tabular-nums max-lg:hidden">
      {formatCount(of)}
      {isAll ? '' : '+'}
      <span className="sr-only"> {what}</span>
    </span>
  );
}

/** Under the page of small screens. */
export function BottomBar() {
  const [, go] = useLocation();
  const { onSignOut } = useSession();
  const more = shown.filter(({ nav }) => nav.inBar === undefined);
  return (
    <nav
      aria-label="Main, below"
      className="fixed inset-x-0 bottom-0 z-20 flex h-15 border-t border-line bg-surface sm:hidden"
    >
      {shown
        .filter(({ nav }) => nav.inBar === true)
        .map((screen) => (
          <BarLink key={screen.path} screen={screen} />
        ))}
      <Menu
        align="end"
        entries={[
          ...more.map(({ path, nav }) => ({ text: nav.label, icon: nav.icon, onChoose: () => go(path) })),
          {
            text: 'Sign out',
            icon: 'out' as const,
            onChoose: () => {
              signOut().then(onSignOut, onSignOut);
            },
          },
        ]}
        trigger={
          <button className="flex flex-1 flex-col items-center justify-center gap-1 text-xs text-muted" type="button">
            <Icon name="more" size={20} />
            More
          </button>
        }
      />
    </nav>
  );
}

function BarLink({ screen: { path, nav } }: { readonly screen: NavScreen }) {
  const isHere = useIsHere(path);
  return (
    <Link
      aria-current={isHere ? 'page' : undefined}
      className={`flex flex-1 flex-col items-center justify-center gap-1 text-xs ${isHere ? 'font-semibold text-accent' : 'text-muted'}`}
      href={path}
    >
      <Icon name={nav.icon} size={20} />
      {nav.label}
    </Link>
  );
}
