/** A little curve beside a number, which says the same in words. */
export function Spark({ values }: { readonly values: readonly number[] }) {
  const [width, height] = [84, 26];
  const most = Math.max(...values, 1);
  const points = values.map((value, at) => {
    const x = (at / Math.max(1, values.length - 1)) * width;
    return `${x.toFixed(1)},${(height - 1 - (value / most) * (height - 3)).toFixed(1)}`;
  });
  return (
    <svg aria-hidden="true" className="shrink-0" height={height} viewBox={`0 0 ${width} ${height}`} width={width}>
      <polygon fill="var(--accent)" opacity="0.15" points={`0,${height} ${points.join(' ')} ${width},${height}`} />
      <polyline fill="none" points={points.join(' ')} stroke="var(--accent)" strokeLinejoin="round" strokeWidth="1.5" />
    </svg>
  );
}
