import type { ReactNode } from 'react';
import { useHead } from './head.ts';

type PageProps = {
  readonly title: string;
  /** A line beside the title, where there is room. */
  readonly subtitle?: string;
  readonly actions?: ReactNode;
  readonly backTo?: string;
  readonly backText?: string;
  /** Instead of the title's text: a heading with marks. `title` still names the page. */
  readonly heading?: ReactNode;
  readonly children: ReactNode;
};

/** A screen: its title, what can be done, and what it shows. */
export function Page({ title, subtitle, actions, backTo, backText, heading, children }: PageProps) {
  useHead(title, backTo, backText);
  return (
    <div className="mx-auto flex max-w-400 flex-col gap-4 px-3 pt-5 pb-8 sm:px-6">
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="text-xl font-semibold">{heading ?? title}</h1>
        {subtitle !== undefined && <p className="text-base text-muted max-sm:hidden">{subtitle}</p>}
        {actions !== undefined && (
          <div className="ml-auto flex flex-wrap gap-2 max-sm:has-[>:nth-child(2)]:w-full max-sm:[&>button:not([aria-label])]:flex-1">
            {actions}
          </div>
        )}
      </div>
      {children}
    </div>
  );
}
