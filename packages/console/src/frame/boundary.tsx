import { Component, type ReactNode } from 'react';
import { Failure } from '../components/states.tsx';

type BoundaryProps = { readonly children: ReactNode };
type BoundaryState = { readonly error: unknown };

/** A screen that throws while it is drawn leaves a message and a way to try again, never a blank page. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: undefined };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="mx-auto max-w-400 px-3 pt-5 sm:px-6">
        <h1 className="mb-4 text-xl font-semibold">Something went wrong</h1>
        <section className="card">
          <Failure
            error={error}
            onRetry={() => this.setState({ error: undefined })}
            what="Can't show this page: a fault in the console."
          />
        </section>
      </div>
    );
  }
}
