import { Link } from 'wouter';
import { Empty } from '../components/states.tsx';
import { Page } from './page.tsx';

/** An address without a screen: one that was cut, or of another version. */
export function NoScreen() {
  return (
    <Page title="Page not found">
      <Empty title="This page doesn't exist">
        <Link className="text-accent underline" href="/links">
          Go to Links
        </Link>
      </Empty>
    </Page>
  );
}
