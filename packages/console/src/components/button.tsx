import type { ComponentProps, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type ButtonKind = 'plain' | 'primary' | 'danger' | 'quiet';

const kinds: Readonly<Record<ButtonKind, string>> = {
  plain: 'border-line-strong bg-surface hover:bg-sunken',
  primary: 'border-accent bg-accent text-on-accent hover:opacity-90',
  danger: 'border-danger bg-surface text-danger hover:bg-sunken',
  quiet: 'border-transparent text-muted hover:bg-sunken hover:text-text',
};

type ButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  readonly kind?: ButtonKind;
  readonly icon?: IconName;
  /** The key that does the same, shown beside the words. */
  readonly hint?: string;
  readonly children?: ReactNode;
};

/** A button with a verb on it; with an icon alone it needs `aria-label`. */
export function Button({
  kind = 'plain',
  icon,
  hint,
  children,
  className = '',
  type = 'button',
  ...rest
}: ButtonProps) {
  const isIcon = children === undefined;
  return (
    <button
      className={`inline-flex h-8 shrink-0 items-center justify-center gap-2 rounded-md border font-semibold whitespace-nowrap select-none disabled:opacity-50 pointer-coarse:h-10 ${isIcon ? 'w-8 pointer-coarse:w-10' : 'px-3'} ${kinds[kind]} ${className}`}
      type={type}
      {...rest}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
      {hint !== undefined && (
        <span
          aria-hidden="true"
          className={`key ml-1 max-lg:hidden ${kind === 'primary' ? 'border-current text-on-accent' : ''}`}
        >
          {hint}
        </span>
      )}
    </button>
  );
}
