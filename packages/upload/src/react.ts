/** `@tidegate/upload/react`: uploads as a hook. No markup, no styles. */
import { type ChangeEvent, type DragEvent, useState, useSyncExternalStore } from 'react';
import { UploadList, type UploadListOptions, type UploadRow } from './upload-list.ts';

export type { UploadListOptions, UploadRow } from './upload-list.ts';

/** What a component gets. The functions stay the same over renders. */
export type Uploads<R> = {
  readonly tasks: readonly UploadRow<R>[];
  /** Opens the browser's own dialog. */
  readonly open: () => void;
  /** For the element that files are dropped on. */
  readonly dropProps: {
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDrop: (event: DragEvent) => void;
  };
  /** For an `<input>` of one's own. */
  readonly inputProps: {
    readonly type: 'file';
    readonly multiple: boolean;
    readonly accept: string | undefined;
    readonly onChange: (event: ChangeEvent<HTMLInputElement>) => void;
  };
  readonly start: (files: Iterable<File>) => void;
  readonly pause: (id: string) => void;
  readonly resume: (id: string) => void;
  readonly abort: (id: string) => void;
  /** Again, after a failure; parts that the store has are not sent again. */
  readonly retry: (id: string) => void;
  /** Takes what has ended off the list. */
  readonly clear: () => void;
};

type Handles<R> = Omit<Uploads<R>, 'tasks'> & { readonly list: UploadList<R> };

function handlesOf<R>(options: UploadListOptions): Handles<R> {
  const list = new UploadList<R>(options);
  const { accept, multiple = true } = options;
  const choose = (input: HTMLInputElement) => {
    list.start(input.files ?? []);
    // The same file may be chosen again.
    input.value = '';
  };
  const input = { type: 'file', multiple, accept: accept?.join(',') } as const;
  return {
    list,
    open: () => {
      const element = Object.assign(document.createElement('input'), { ...input, accept: input.accept ?? '' });
      element.onchange = () => choose(element);
      element.click();
    },
    dropProps: {
      onDragOver: (event) => event.preventDefault(),
      onDrop: (event) => {
        event.preventDefault();
        list.start(event.dataTransfer.files);
      },
    },
    inputProps: { ...input, onChange: ({ currentTarget }) => choose(currentTarget) },
    start: (files) => list.start(files),
    pause: (id) => list.taskOf(id)?.pause(),
    resume: (id) => list.taskOf(id)?.resume(),
    abort: (id) => list.abort(id),
    retry: (id) => list.retry(id),
    clear: () => list.clear(),
  };
}

/**
 * The uploads of one component. Options are read at its first render. Uploads continue after it unmounts, and reach the
 * application through `complete`.
 */
export function useUpload<R = unknown>(options: UploadListOptions): Uploads<R> {
  const [{ list, ...handles }] = useState(() => handlesOf<R>(options));
  return { ...handles, tasks: useSyncExternalStore(list.subscribe, list.rows, list.rows) };
}
