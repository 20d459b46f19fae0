import { type ComponentProps, type ReactNode, useId } from 'react';

type FieldProps = {
  readonly label: string;
  /** What is wrong with it. */
  readonly error?: string | undefined;
  readonly note?: ReactNode;
  readonly trailing?: ReactNode;
} & Omit<ComponentProps<'input'>, 'id'>;

/** For `ref`: takes the focus as soon as it is there. Preact's `autoFocus` is the attribute, which a page honours once. */
export function focusAtOnce(element: HTMLElement | null): void {
  element?.focus();
}

/** A labelled input. An error is shown below it. With `autoFocus` it is the first of its dialog. */
export function Field({ label, error, note, trailing, className = '', autoFocus, ...input }: FieldProps) {
  const id = useId();
  const message = error ?? note;
  return (
    <div className="flex flex-col gap-1">
      <label className="font-medium" htmlFor={id}>
        {label}
      </label>
      <div className="relative">
        <input
          aria-describedby={message === undefined ? undefined : `${id}-note`}
          aria-invalid={error === undefined ? undefined : true}
          className={`field ${className}`}
          data-first={autoFocus}
          id={id}
          {...(autoFocus === true && { ref: focusAtOnce })}
          {...input}
        />
        {trailing !== undefined && <div className="absolute inset-y-0 right-0 flex items-center">{trailing}</div>}
      </div>
      {message !== undefined && (
        <p className={error === undefined ? 'text-xs text-muted' : 'text-danger'} id={`${id}-note`}>
          {message}
        </p>
      )}
    </div>
  );
}
