import { type FormEvent, type RefObject, useLayoutEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { focusAtOnce } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu } from '../../components/menu.tsx';
import { useZone } from '../../components/time.tsx';
import type { Input } from '../../data/api.ts';
import { partsOf } from './url-parts.ts';

/** How the link was or will be used, as far as that is not what it says itself. */
export type Asked = {
  readonly method: string;
  readonly host: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
};

export const nothingAsked: Asked = { method: '', host: '', headers: [] };

/** What was pasted, as the API takes it. */
export function inputOf(text: string, { method, host, headers }: Asked): Input<'explainUrl'> {
  const all = [...headers, ...(host === '' ? [] : [['host', host] as const])];
  const pasted = text.trim();
  return {
    ...(pasted.startsWith('<') ? { xml: pasted } : /^curl\s/i.test(pasted) ? { curl: pasted } : { url: pasted }),
    ...(method !== '' && { method }),
    ...(all.length > 0 && { headers: Object.fromEntries(all) }),
  };
}

type PasteBoxProps = {
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  /** The same without its signature. */
  readonly shown: string;
  readonly isEditing: boolean;
  /** Which of its places differs from what was signed. */
  readonly change: string | undefined;
  readonly onTake: (text: string) => void;
  readonly onEdit: () => void;
};

/** The field for pasting a link; afterwards it shows the link in its parts, without its signature. */
export function PasteBox({ box, text, shown, isEditing, change, onTake, onEdit }: PasteBoxProps) {
  useLayoutEffect(() => {
    if (isEditing) box.current?.focus();
  }, [isEditing, box]);
  if (!isEditing) return <Shown change={change} onEdit={onEdit} shown={shown} text={text} />;
  return (
    <form
      className="relative"
      onSubmit={(event) => {
        event.preventDefault();
        onTake(box.current?.value.trim() ?? '');
      }}
    >
      <textarea
        aria-label="Paste a presigned URL, a curl command or an XML error"
        className="field block min-h-22 resize-y px-3.5! py-3! pb-12! font-mono text-xs"
        defaultValue={text}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey) return;
          event.preventDefault();
          onTake(event.currentTarget.value.trim());
        }}
        onPaste={(event) => {
          const pasted = event.clipboardData.getData('text').trim();
          const { selectionStart, selectionEnd, value } = event.currentTarget;
          // Pasted over everything: that is all of it. Pasted into something, it is still being written.
          if (pasted === '' || selectionStart > 0 || selectionEnd < value.length) return;
          event.preventDefault();
          onTake(pasted);
        }}
        placeholder="Paste a presigned URL, a curl command or an XML error"
        ref={box}
        rows={3}
        spellCheck={false}
      />
      <div className="absolute right-2 bottom-2">
        <Button kind="primary" type="submit">
          Explain
        </Button>
      </div>
    </form>
  );
}

type ShownProps = Pick<PasteBoxProps, 'text' | 'shown' | 'change' | 'onEdit'>;

function Shown({ text, shown, change, onEdit }: ShownProps) {
  const zone = useZone();
  const isXml = text.trim().startsWith('<');
  return (
    <div className="flex items-start gap-2 rounded-lg border border-line-strong bg-surface py-2 pr-2 pl-3.5">
      <p className="min-w-0 flex-1 py-1 font-mono text-xs leading-5 break-all text-muted" data-url>
        {isXml && shown === text.trim()
          ? shown.slice(0, 600)
          : partsOf(shown, zone).map((part) => (
              <span
                className={`${part.isTelling ? 'font-semibold text-text' : ''} ${part.place === change ? 'border-b-2 border-warn bg-warn/15' : ''} ${part.meaning === undefined ? '' : 'hover:bg-tint'}`}
                key={part.at}
                title={part.meaning}
              >
                {part.text}
              </span>
            ))}
      </p>
      <Button aria-label="Paste another link" icon="edit" kind="quiet" onClick={onEdit} />
    </div>
  );
}

type AskedAsProps = {
  readonly asked: Asked;
  readonly endpoint: string | undefined;
  readonly isLocal: boolean;
  readonly onAsked: (asked: Asked) => void;
  readonly onLocal: (isLocal: boolean) => void;
};

const methods = ['', 'GET', 'HEAD', 'PUT', 'POST', 'DELETE'] as const;

/** Method, host and headers of the request; and whether anything leaves the browser. */
export function AskedAs({ asked, endpoint, isLocal, onAsked, onLocal }: AskedAsProps) {
  const [open, setOpen] = useState<'host' | 'header'>();
  const { method, host, headers } = asked;
  const hostShown = host !== '' ? host : (endpoint?.replace(/^https?:\/\//, '') ?? 'of the URL');
  return (
    <div className="-mt-1.5 flex flex-wrap items-center gap-2">
      <span className="text-muted">asked as</span>
      <Menu
        entries={methods.map((name) => ({
          text: name === '' ? 'As it says' : name,
          isChosen: name === method,
          onChoose: () => onAsked({ ...asked, method: name }),
        }))}
        trigger={
          <button className="chip" data-on={method === '' ? undefined : ''} disabled={isLocal} type="button">
            {method === '' ? 'Method' : method}
          </button>
        }
      />
      <button
        aria-expanded={open === 'host'}
        className="chip max-w-full"
        data-on={host === '' ? undefined : ''}
        disabled={isLocal}
        onClick={() => setOpen(open === 'host' ? undefined : 'host')}
        type="button"
      >
        <span className="truncate">host {hostShown}</span>
      </button>
      {headers.map(([name, value]) => (
        <button
          className="chip max-w-full"
          data-on
          key={name}
          onClick={() => onAsked({ ...asked, headers: headers.filter(([other]) => other !== name) })}
          type="button"
        >
          <span className="truncate">
            {name}: {value}
          </span>
          <Icon name="close" size={12} />
          <span className="sr-only">, remove this header</span>
        </button>
      ))}
      <button
        aria-expanded={open === 'header'}
        className="chip"
        disabled={isLocal}
        onClick={() => setOpen(open === 'header' ? undefined : 'header')}
        type="button"
      >
        + header
      </button>
      <p className="text-muted sm:ml-auto">
        {isLocal ? 'Nothing leaves this browser, so nothing is verified.' : 'Nothing is fetched. The URL is not kept.'}
      </p>
      <label className="flex items-center gap-2 sm:pl-2">
        <input checked={isLocal} className="check" onChange={({ target }) => onLocal(target.checked)} type="checkbox" />
        Keep it in this browser only
      </label>
      {open !== undefined && (
        <OneMore
          key={open}
          kind={open}
          onDone={(name, value) => {
            setOpen(undefined);
            if (open === 'host') onAsked({ ...asked, host: value });
            else if (name !== '')
              onAsked({ ...asked, headers: [...headers.filter(([one]) => one !== name), [name, value]] });
          }}
          value={host}
        />
      )}
    </div>
  );
}

type OneMoreProps = {
  readonly kind: 'host' | 'header';
  readonly value: string;
  readonly onDone: (name: string, value: string) => void;
};

function OneMore({ kind, value, onDone }: OneMoreProps) {
  const take = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    onDone(text('name').toLowerCase(), text('value'));
  };
  return (
    <form className="flex w-full flex-wrap gap-2" onSubmit={take}>
      {kind === 'header' && (
        <input
          aria-label="Name of the header"
          className="field max-w-48"
          name="name"
          placeholder="content-type"
          ref={focusAtOnce}
        />
      )}
      <input
        aria-label={kind === 'host' ? 'Host' : 'Value of the header'}
        className="field max-w-72"
        defaultValue={kind === 'host' ? value : ''}
        name="value"
        placeholder={kind === 'host' ? 'files.example.com' : 'text/csv'}
        {...(kind === 'host' && { ref: focusAtOnce })}
        spellCheck={false}
      />
      <Button type="submit">{kind === 'host' ? 'Ask as this host' : 'Add header'}</Button>
    </form>
  );
}
