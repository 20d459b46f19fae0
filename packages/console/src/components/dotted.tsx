import type { ReactNode } from 'react';

type DottedProps = {
  /** By a name each; undefined ones are left out. */
  readonly parts: readonly (readonly [name: string, part: ReactNode])[];
};

/** Facts under a title in one line, a dot between two. There is no dot at a line break. */
export function Dotted({ parts }: DottedProps) {
  return (
    <div className="-mt-2 overflow-x-clip text-muted">
      <div className="-ml-4 flex flex-wrap items-center">
        {parts
          .filter(([, part]) => part !== undefined)
          .map(([name, part]) => (
            <span className="relative min-w-0 pl-4 before:absolute before:left-1.5 before:content-['·'/'']" key={name}>
              {part}
            </span>
          ))}
      </div>
    </div>
  );
}
