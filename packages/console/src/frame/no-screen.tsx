import { Link } from 'wouter';
import { Empty } from '../components/states.tsx';
import { Page } from './page.tsx';

/** An address without a screen: one that was cut, or of another version. */
export function NoScreen() {
  return (
    <Page title="No such page">
      <Empty title="Nothing of the console has this address.">
        <Link className="text-accent underline" href="/links">
          To the links
        </Link>
      </Empty>
    </Page>
  );
}
