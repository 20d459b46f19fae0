type GaugeProps = {
  readonly left: number;
  readonly of: number;
  /** Larger, on pages about one link. */
  readonly size?: 'row' | 'page';
  /** Nothing is left: the outline alone. */
};

/** Few uses are shown one by one, as they are counted; many as a level. */
const mostCells = 5;

/** What is left, as a vessel. Hidden from screen readers, because the text next to it says the same. */
export function Gauge({ left, of, size = 'row' }: GaugeProps) {
  const [width, height] = size === 'row' ? [46, 8] : [96, 10];
  const part = of <= 0 ? 0 : Math.max(0, Math.min(1, left / of));
  const color = part < 0.2 ? 'var(--warn)' : 'var(--accent)';
  const isCells = of <= mostCells && of > 1;
  const cells = isCells ? of : 1;
  const gap = 2;
  const cellWidth = (width - gap * (cells - 1)) / cells;
  return (
    <svg aria-hidden="true" className="shrink-0" height={height} viewBox={`0 0 ${width} ${height}`} width={width}>
      {Array.from({ length: cells }, (_, at) => {
        const filled = isCells ? (at < left ? 1 : 0) : part;
        const x = at * (cellWidth + gap);
        return (
          <g key={x}>
            <rect
              fill="none"
              height={height - 1}
              rx="1.5"
              stroke={filled === 0 || !isCells ? 'var(--line-strong)' : color}
              width={cellWidth - 1}
              x={x + 0.5}
              y="0.5"
            />
            {filled > 0 && <rect fill={color} height={height} rx="1.5" width={cellWidth * filled} x={x} />}
          </g>
        );
      })}
    </svg>
  );
}
