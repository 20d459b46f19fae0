import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { say, sayFailed } from '../../../components/toast.tsx';
import { type Configuration, writeVersioning } from './write.ts';

const words = {
  off: ['Off', 'Each key has one version. Replaced and deleted objects are lost.'],
  enabled: ['On', 'Replaced and deleted objects are kept as older versions and can be restored.'],
  suspended: ['Suspended', 'Existing versions are kept. New ones are not.'],
} as const;

/** Whether what is replaced or deleted stays as a version. */
export function Versioning({ configuration }: { readonly configuration: Configuration }) {
  const { bucket, versioning, objectLock } = configuration;
  const [isBusy, setBusy] = useState(false);
  const [word, text] = words[versioning];
  const isOn = versioning === 'enabled';
  const change = async (): Promise<void> => {
    setBusy(true);
    try {
      await writeVersioning(bucket, !isOn);
      say(isOn ? 'Versioning suspended.' : 'Versioning enabled.');
    } catch (error) {
      sayFailed(error);
    }
    setBusy(false);
  };
  return (
    <section aria-labelledby="versioning" className="flex flex-col gap-4">
      <h2 className="text-base font-semibold" id="versioning">
        Versioning
      </h2>
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-60 flex-1">
          <span className="block font-semibold">{word}</span>
          <span className="text-muted">{text}</span>
        </p>
        <Button disabled={isBusy || (isOn && objectLock)} onClick={() => void change()}>
          {isOn ? 'Suspend' : 'Enable'}
        </Button>
      </div>
      {objectLock && <p className="text-muted">Object Lock is on, so versioning can't be suspended.</p>}
      {versioning === 'off' && <p className="text-muted">Once enabled, versioning can be suspended but not removed.</p>}
    </section>
  );
}
