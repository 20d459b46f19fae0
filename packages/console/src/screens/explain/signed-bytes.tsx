import type { Explanation } from '@tidegate/presign/admin';
import { type Piece, pairLines, signedRequest } from './signed-text.ts';

/** The canonical request as received, next to the one that was signed if the cause reveals it. */
export function SignedBytes({ explanation }: { readonly explanation: Explanation }) {
  const { canonicalRequest, stringToSign } = explanation;
  if (canonicalRequest === undefined) return <p className="px-4.5 pb-4 text-muted">It could not be read so far.</p>;
  const signed = signedRequest(explanation);
  const pairs = signed === undefined ? undefined : pairLines(signed, canonicalRequest);
  return (
    <div className="flex flex-col gap-3 px-4.5 pb-4">
      {pairs === undefined ? (
        <Lines lines={plain(canonicalRequest)} title="Canonical request as received" />
      ) : (
        <div className="grid gap-3 xl:grid-cols-2">
          <Lines lines={pairs.map((pair) => pair.signed)} title="As signed" />
          <Lines lines={pairs.map((pair) => pair.came)} title="As received" />
        </div>
      )}
      {stringToSign !== undefined && <Lines lines={plain(stringToSign)} title="String to sign" />}
    </div>
  );
}

function Lines({ title, lines }: { readonly title: string; readonly lines: readonly (readonly Piece[])[] }) {
  const numbered = [...lines.entries()];
  return (
    <div className="min-w-0">
      <h3 className="pb-1 text-xs text-muted">{title}</h3>
      <div className="rounded-md border border-line bg-sunken px-3 py-2 font-mono text-xs leading-5 break-all">
        {numbered.map(([at, pieces]) => (
          <p className="min-h-5" key={at}>
            {pieces.map(({ at: start, text, differs }) =>
              differs ? (
                <mark className="border-b-2 border-warn bg-warn/15 text-text" key={start}>
                  <span className="sr-only">differs: </span>
                  {text}
                </mark>
              ) : (
                <span key={start}>{text}</span>
              ),
            )}
          </p>
        ))}
      </div>
    </div>
  );
}

function plain(text: string): readonly (readonly Piece[])[] {
  return text.split('\n').map((line) => [{ at: 0, text: line, differs: false }]);
}
