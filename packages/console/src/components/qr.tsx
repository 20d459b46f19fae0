import code from 'qrcode-generator';
import { Link } from 'wouter';

/** Whether only this machine can open a URL. */
function isLoopback(url: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\]|.*\.localhost)$/.test(new URL(url).hostname);
}

/** A QR code, dark on light in both themes: cameras want it so. */
export function Qr({ text, size = 160 }: { readonly text: string; readonly size?: number }) {
  if (isLoopback(text)) return <OnlyHere />;
  const made = code(0, 'M');
  made.addData(text, 'Byte');
  made.make();
  const count = made.getModuleCount();
  const quiet = 3;
  const cells: string[] = [];
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (made.isDark(row, column)) cells.push(`M${column + quiet} ${row + quiet}h1v1h-1z`);
    }
  }
  const width = count + quiet * 2;
  return (
    <svg
      aria-label="QR code of the link"
      className="rounded-md"
      height={size}
      role="img"
      viewBox={`0 0 ${width} ${width}`}
      width={size}
    >
      <rect fill="#fff" height={width} width={width} />
      <path d={cells.join('')} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}

/** In place of a code that no other device could use. */
function OnlyHere() {
  return (
    <p className="max-w-60 text-warn">
      No QR code: this address works only on this machine.{' '}
      <Link className="underline" href="/settings">
        Set a public endpoint.
      </Link>
    </p>
  );
}
