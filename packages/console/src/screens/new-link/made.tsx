import { useEffect, useId, useRef } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Command } from '../../components/command.tsx';
import { copyText } from '../../components/copy.ts';
import { Qr } from '../../components/qr.tsx';
import { singleKeysOn } from '../../frame/shortcuts.ts';
import type { NewKind } from './draft.ts';

/** A link that was made just now. Its URL lives in this panel alone. */
export type MadeLink = {
  readonly kind: NewKind;
  readonly id: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** The URL: copied, as a code, as a command. */
export function Made({ made, onClose }: { readonly made: MadeLink; readonly onClose: () => void }) {
  const { kind, id, url, headers } = made;
  const [, go] = useLocation();
  const fieldId = useId();
  const field = useRef<HTMLInputElement>(null);
  const isRequest = kind === 'request';
  useEffect(() => {
    field.current?.select();
    copyText(url, 'Link');
    // The frame's keys are silent under a dialog; in this field nothing is typed.
    const press = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): void => {
      if (key === 'c' && !ctrlKey && !metaKey && !altKey && singleKeysOn()) copyText(url, 'Link');
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [url]);
  return (
    <div className="flex flex-col gap-4 overflow-y-auto p-4">
      <div className="flex flex-col gap-1">
        <label className="font-medium" htmlFor={fieldId}>
          URL
        </label>
        <div className="flex gap-2">
          <input className="field font-mono text-xs" id={fieldId} readOnly ref={field} value={url} />
          <Button hint="c" icon="copy" onClick={() => copyText(url, 'Link')}>
            Copy
          </Button>
        </div>
        <p className="text-muted">
          {kind === 'share' || isRequest
            ? `A ${isRequest ? 'file request' : 'share'}'s link can be copied again later.`
            : 'A presigned URL is shown only once.'}
        </p>
      </div>
      <div className="flex flex-wrap items-start gap-4">
        {url.length < 1200 && <Qr text={url} />}
        <div className="min-w-60 flex-1">{!isRequest && <Command label="curl" text={curlOf(made, headers)} />}</div>
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        {kind !== 'upload' && (
          <a
            className="inline-flex h-8 items-center rounded-md border border-line-strong px-3 font-semibold hover:bg-sunken"
            href={url}
            rel="noreferrer noopener"
            target="_blank"
          >
            Open
          </a>
        )}
        <Button
          onClick={() => {
            go(isRequest ? `/requests/${id}` : `/links/${id}`);
          }}
        >
          {isRequest ? 'Show file request' : 'Show link'}
        </Button>
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  );
}

function curlOf({ kind, url }: MadeLink, headers: Readonly<Record<string, string>>): string {
  const quoted = `'${url.replaceAll("'", "'\\''")}'`;
  if (kind !== 'upload') return `curl -fOJ ${quoted}`;
  const sent = Object.entries(headers).map(([name, value]) => ` -H '${name}: ${value.replaceAll("'", "'\\''")}'`);
  return `curl -fT FILE${sent.join('')} ${quoted}`;
}
