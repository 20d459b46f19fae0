import { Link } from 'wouter';

type TabsProps = {
  readonly label: string;
  readonly tabs: readonly (readonly [to: string, text: string])[];
  /** The one that is shown. */
  readonly here: string;
};

/** Views of a screen, each with an address of its own. */
export function Tabs({ label, tabs, here }: TabsProps) {
  return (
    <nav aria-label={label} className="-mt-1 flex gap-5 border-b border-line">
      {tabs.map(([to, text]) => (
        <Link
          aria-current={to === here ? 'page' : undefined}
          className={`-mb-px flex h-9 items-center border-b-2 font-medium ${to === here ? 'border-accent' : 'border-transparent text-muted hover:text-text'}`}
          href={to}
          key={to}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
