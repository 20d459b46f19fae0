import type { Link } from '@tidegate/presign/admin';
import { useState } from 'react';
import { useSession } from '../../frame/session-context.ts';
import type { LinkPages } from './link-list.ts';

const hiddenKey = 'tidegate-first-steps-hidden';
/** Whoever has more links than these knows how they are made. */
const mostLinks = 8;

function isHidden(): boolean {
  try {
    return localStorage.getItem(hiddenKey) !== null;
  } catch {
    return false;
  }
}

function keepHidden(): void {
  try {
    localStorage.setItem(hiddenKey, '1');
  } catch {
    // Hidden all the same, until the page is left.
  }
}

type FirstSteps = {
  readonly isShown: boolean;
  /** Without that of the bucket which every server begins with. */
  readonly links: readonly Link[];
  readonly hide: () => void;
};

/**
 * Whether the first steps stand above the ledger: no link of one's own was used yet. They stay while the screen is shown, so that
 * the last of them is seen to be done.
 */
export function useFirstSteps(pages: LinkPages, rows: readonly Link[], isFiltered: boolean): FirstSteps {
  const { session } = useSession();
  const [isShown, setShown] = useState<boolean>();
  const links = rows.filter(({ bucket }) => bucket !== 'welcome');
  if (isShown === undefined && pages.isSuccess && !pages.isKept && !isFiltered) {
    const isNew = !pages.hasNextPage && links.length <= mostLinks && links.every(({ uses }) => uses.count === 0);
    setShown(isNew && !isHidden() && session.role === 'owner');
  }
  return {
    isShown: isShown === true && !isFiltered,
    links,
    hide: () => {
      keepHidden();
      setShown(false);
    },
  };
}
