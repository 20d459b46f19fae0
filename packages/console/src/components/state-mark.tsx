/** Where a link stands. `not-yet` is active with a beginning that lies ahead. */
export type MarkState = 'active' | 'not-yet' | 'spent' | 'revoked' | 'expired';

const words: Readonly<Record<MarkState, string>> = {
  active: 'Active',
  'not-yet': 'Not active yet',
  spent: 'Used up',
  revoked: 'Revoked',
  expired: 'Expired',
};

/** ● ◐ ○ ⊘ –: a shape and a colour, and the word for who sees neither. */
export function StateMark({ state, withWord = false }: { readonly state: MarkState; readonly withWord?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2">
      <svg aria-hidden="true" className="shrink-0" fill="none" height="10" viewBox="0 0 10 10" width="10">
        {shapes[state]}
      </svg>
      <span className={withWord ? `font-semibold ${state === 'revoked' ? 'text-danger' : ''}` : 'sr-only'}>
        {words[state]}
      </span>
    </span>
  );
}

const shapes = {
  active: <circle cx="5" cy="5" fill="var(--accent)" r="5" />,
  'not-yet': (
    <>
      <circle cx="5" cy="5" r="4.2" stroke="var(--accent)" strokeWidth="1.6" />
      <path d="M5 1a4 4 0 0 0 0 8z" fill="var(--accent)" />
    </>
  ),
  spent: <circle cx="5" cy="5" r="4" stroke="var(--muted)" strokeWidth="2" />,
  revoked: (
    <>
      <circle cx="5" cy="5" r="4" stroke="var(--danger)" strokeWidth="1.800" />
      <path d="M2.200 2.200l5.600 5.600" stroke="var(--danger)" strokeWidth="1.800" />
    </>
  ),
  expired: <path d="M0.500 5h9" stroke="var(--muted)" strokeWidth="2" />,
} as const;
