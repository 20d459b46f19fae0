import { useLayoutEffect, useRef } from 'react';
import { Link } from 'wouter';
import { useSession } from '../../frame/session-context.ts';
import { baseName, folderHref, shownName, usePlace } from './place.ts';

/** Where one is, each part before the last a way back. For the heading of a page. */
export function Crumbs({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }) {
  const parts = [...prefix.matchAll(/[^/]*\//g)].map(({ index, 0: part }) => prefix.slice(0, index + part.length));
  return (
    <span className="flex flex-wrap items-center gap-x-2">
      <Crumb href="/browse" text="Browse" />
      {prefix !== '' && <Crumb href={folderHref(bucket)} text={bucket} />}
      {parts.slice(0, -1).map((part) => (
        <Crumb href={folderHref(bucket, part)} key={part} text={folderName(part)} />
      ))}
      <span>{folderName(prefix === '' ? bucket : prefix)}</span>
    </span>
  );
}

function folderName(prefix: string): string {
  return shownName(baseName(prefix)).replace(/\/$/, '') || '(no name)';
}

function Crumb({ href, text }: { readonly href: string; readonly text: string }) {
  return (
    <>
      <Link
        className="inline-block max-w-50 truncate rounded-sm text-base leading-7 font-normal text-muted hover:text-text"
        href={href}
        title={text}
      >
        {text}
      </Link>
      <span aria-hidden="true" className="text-base font-normal text-muted">
        ›
      </span>
    </>
  );
}

const tabs = [
  ['', 'Objects'],
  ['cors', 'CORS'],
  ['versioning', 'Versioning'],
  ['lifecycle', 'Lifecycle'],
  ['policy', 'Policy'],
  ['notifications', 'Notifications'],
  ['usage', 'Usage'],
] as const;

/** The objects of a bucket and its settings; only owners see the settings. */
export function BucketTabs({ bucket }: { readonly bucket: string }) {
  const { session } = useSession();
  const [{ tab }] = usePlace();
  const bar = useRef<HTMLElement>(null);
  // On a narrow screen the tab that is shown may stand beyond its edge.
  useLayoutEffect(() => {
    const here = bar.current?.children[tabs.findIndex(([name]) => name === tab)];
    if (bar.current === null || !(here instanceof HTMLElement)) return;
    const { offsetLeft, clientWidth } = bar.current;
    bar.current.scrollLeft = here.offsetLeft - offsetLeft - (clientWidth - here.offsetWidth) / 2;
  }, [tab]);
  if (session.role !== 'owner') return null;
  return (
    <nav aria-label="Bucket" ref={bar} className="-mt-1 flex gap-5 overflow-x-auto border-b border-line">
      {tabs.map(([name, text]) => (
        <Link
          aria-current={tab === name ? 'page' : undefined}
          className={`-mb-px border-b-2 py-2 leading-5 font-medium whitespace-nowrap -outline-offset-2! ${tab === name ? 'border-accent' : 'border-transparent text-muted hover:text-text'}`}
          href={`${folderHref(bucket)}${name === '' ? '' : `&tab=${name}`}`}
          key={name}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
