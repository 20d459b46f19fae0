export type TableHeadProps = {
  /** Over the columns. */
  readonly headers: readonly string[];
  /** Classes of the grid that head and rows share. */
  readonly columns: string;
  /** Room at both sides, as its rows have. */
  readonly pad?: 'px-3' | 'px-4';
  /** A column before them, of boxes that select. */
  readonly hasSelection?: boolean;
};

/** The head of a table whose rows stack what they say below 1024 px; there it is heard and not seen. */
export function TableHead({ headers, columns, pad = 'px-4', hasSelection = false }: TableHeadProps) {
  return (
    <div
      aria-rowindex={1}
      className={`h-8.75 items-center border-b border-line text-xs text-muted max-lg:sr-only ${pad} ${columns}`}
      role="row"
    >
      {hasSelection && (
        <span role="columnheader">
          <span className="sr-only">Select</span>
        </span>
      )}
      {headers.map((text) => (
        <span className="truncate pr-3 font-medium" key={text} role="columnheader">
          {text}
        </span>
      ))}
    </div>
  );
}
