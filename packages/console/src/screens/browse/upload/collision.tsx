import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { baseName, shownName } from '../place.ts';
import { type Collision, type Upload, uploads } from './uploads.ts';

/** The name of a file is taken: what shall become of it. */
export function CollisionDialog({ upload }: { readonly upload: Upload }) {
  const [isForAll, setForAll] = useState(false);
  const decide = (collision: Collision) => uploads.decide(upload.id, collision, isForAll);
  return (
    <Dialog onClose={() => decide('skip')} title="Name already exists">
      <div className="flex flex-col gap-4 p-4">
        <p>
          There is already a file named <span className="font-semibold">{shownName(baseName(upload.key))}</span> in{' '}
          {upload.bucket}/{shownName(upload.key.slice(0, -baseName(upload.key).length))}.
        </p>
        <label className="flex items-center gap-2">
          <input
            checked={isForAll}
            className="check"
            onChange={({ target }) => setForAll(target.checked)}
            type="checkbox"
          />
          For all of these files
        </label>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => decide('skip')}>Skip</Button>
          <Button onClick={() => decide('replace')}>Replace</Button>
          <Button kind="primary" onClick={() => decide('keep both')}>
            Keep both
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
