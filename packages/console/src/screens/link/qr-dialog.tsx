import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { copyText } from '../../components/copy.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Qr } from '../../components/qr.tsx';
import { sayFailed } from '../../components/toast.tsx';

type QrDialogProps = { readonly readUrl: () => Promise<string>; readonly onClose: () => void };

/** The address of a share to point a camera at. */
export function QrDialog({ readUrl, onClose }: QrDialogProps) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    readUrl().then(setUrl, (error: unknown) => {
      sayFailed(error);
      onClose();
    });
  }, [readUrl, onClose]);
  return (
    <Dialog onClose={onClose} title="QR code">
      <div className="flex flex-col items-center gap-4 p-5">
        {url !== undefined && (
          <>
            <Qr size={240} text={url} />
            <code className="font-mono text-xs">{url}</code>
            <Button icon="copy" onClick={() => copyText(url, 'URL')}>
              Copy
            </Button>
          </>
        )}
      </div>
    </Dialog>
  );
}
