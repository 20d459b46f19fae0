import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Facts } from '../../../components/facts.tsx';
import { Field } from '../../../components/field.tsx';
import { say } from '../../../components/toast.tsx';
import { copyObject, readObjectsAgain } from '../changes.ts';
import type { Head } from '../objects.ts';
import { PairsDialog } from './pairs.tsx';
import { Part } from './part.tsx';

const mostPairs = 40;
/** Larger ones would have to be copied in parts. */
const largestBytes = 5 * 1024 ** 3;

type MetadataProps = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly head: Head;
  readonly mayWrite: boolean;
};

/** How the object is served, and what its writer said of it. */
export function Metadata({ bucket, objectKey, head, mayWrite }: MetadataProps) {
  const [isOpen, setOpen] = useState(false);
  const [type, setType] = useState(head.type);
  const values = [
    ['Content-Type', head.type === '' ? '–' : head.type] as const,
    ...head.served.map(([name, value]) => [titled(name), value] as const),
    ...head.metadata,
  ];
  return (
    <Part
      actions={
        mayWrite &&
        head.sizeBytes <= largestBytes && (
          <Button aria-label="Edit metadata" icon="edit" kind="quiet" onClick={() => setOpen(true)} />
        )
      }
      title="Metadata"
    >
      <Facts pad="" rows={values} />
      {isOpen && (
        <PairsDialog
          most={mostPairs}
          onClose={() => setOpen(false)}
          pairs={head.metadata.map(([name, value]) => ({ name, value }))}
          save={async (pairs) => {
            const headers = {
              'x-amz-metadata-directive': 'REPLACE',
              'x-amz-copy-source-if-match': `"${head.etag}"`,
              'content-type': type,
              ...Object.fromEntries(head.served),
              ...Object.fromEntries(pairs.map(({ name, value }) => [`x-amz-meta-${name.toLowerCase()}`, value])),
            };
            const place = { bucket, key: objectKey };
            await copyObject({ from: place, to: place, isNew: false }, headers);
            await readObjectsAgain();
            say('Metadata saved.');
          }}
          title="Metadata"
        >
          <Field
            label="Content-Type"
            onChange={({ target }) => setType(target.value)}
            spellCheck={false}
            value={type}
          />
        </PairsDialog>
      )}
    </Part>
  );
}

function titled(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
