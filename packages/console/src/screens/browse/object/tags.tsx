import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { say } from '../../../components/toast.tsx';
import { useQuestion } from '../../../data/hooks.ts';
import { readObjectsAgain } from '../changes.ts';
import { objectHead, readTags, writeTags } from '../objects.ts';
import { PairsDialog } from './pairs.tsx';
import { Part } from './part.tsx';

const mostTags = 10;

type TagsProps = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly versionId: string | undefined;
  readonly mayWrite: boolean;
};

export function Tags({ bucket, objectKey, versionId, mayWrite }: TagsProps) {
  const [isOpen, setOpen] = useState(false);
  const tags = useQuestion(
    `${objectHead} tags ${JSON.stringify([bucket, objectKey, versionId])}`,
    objectHead,
    (signal) => readTags(bucket, objectKey, versionId, signal),
  );
  return (
    <Part
      actions={
        mayWrite &&
        tags.data !== undefined && (
          <Button aria-label="Edit tags" icon="edit" kind="quiet" onClick={() => setOpen(true)} />
        )
      }
      title="Tags"
    >
      {tags.isError && <p className="text-muted">Can't load tags: {tags.error?.message}</p>}
      {tags.data?.length === 0 && <p className="text-muted">None</p>}
      <ul className="flex flex-wrap gap-1.5">
        {tags.data?.map(({ name, value }) => (
          <li
            className="max-w-full truncate rounded-sm border border-line bg-sunken px-1.5 text-xs leading-5"
            key={name}
          >
            {name}
            {value !== '' && <span className="text-muted">: {value}</span>}
          </li>
        ))}
      </ul>
      {isOpen && tags.data !== undefined && (
        <PairsDialog
          most={mostTags}
          onClose={() => setOpen(false)}
          pairs={tags.data}
          save={async (pairs) => {
            await writeTags(bucket, objectKey, versionId, pairs);
            await readObjectsAgain();
            say('Tags saved.');
          }}
          title="Tags"
        />
      )}
    </Part>
  );
}
