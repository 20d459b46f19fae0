import type { ComponentType } from 'react';
import { Link, useParams } from 'wouter';
import { lazyPart } from '../../components/lazy-part.tsx';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { About } from './about.tsx';
import { Appearance } from './appearance.tsx';

type Section = {
  readonly name: string;
  readonly label: string;
  readonly Shown: ComponentType;
  readonly isOwners?: true;
};

const sections: readonly Section[] = [
  {
    name: 'server',
    label: 'Server',
    Shown: lazyPart(async () => (await import('./server.tsx')).ServerSection, 'section'),
    isOwners: true,
  },
  {
    name: 'links',
    label: 'Links and logs',
    Shown: lazyPart(async () => (await import('./retention.tsx')).RetentionSection, 'section'),
    isOwners: true,
  },
  {
    name: 'webhooks',
    label: 'Webhooks',
    Shown: lazyPart(async () => (await import('./webhooks.tsx')).WebhooksSection, 'section'),
    isOwners: true,
  },
  { name: 'appearance', label: 'Appearance', Shown: Appearance },
  { name: 'about', label: 'About', Shown: About },
];

/** The server's facts and what of it may change, and how this browser shows it all. */
export function Settings() {
  const { section } = useParams();
  const { session } = useSession();
  const mine = sections.filter(({ isOwners }) => isOwners === undefined || session.role === 'owner');
  const here = mine.find(({ name }) => name === section) ?? mine[0];
  return (
    <Page title="Settings">
      <div className="grid gap-4 lg:grid-cols-[176px_minmax(0,1fr)] lg:items-start">
        <nav aria-label="Settings" className="flex gap-1 max-lg:flex-wrap lg:flex-col">
          {mine.map(({ name, label }) => (
            <Link
              aria-current={here?.name === name ? 'page' : undefined}
              className={`flex h-8 items-center rounded-md border px-3 pointer-coarse:h-10 ${here?.name === name ? 'border-line bg-surface font-semibold' : 'border-transparent text-muted hover:bg-surface hover:text-text'}`}
              href={`/settings/${name}`}
              key={name}
            >
              {label}
            </Link>
          ))}
        </nav>
        <div className="flex max-w-240 min-w-0 flex-col gap-4">{here !== undefined && <here.Shown />}</div>
      </div>
    </Page>
  );
}
