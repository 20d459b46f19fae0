'use client';
import { useUpload } from '@tidegate/upload/react';

export function Files() {
  const { open, dropProps, inputProps, tasks, pause, resume, abort, retry } = useUpload({
    endpoint: '/api/upload',
    accept: ['image/*', '.pdf', '.bin'],
    maxSize: '50GB',
  });
  return (
    <section {...dropProps}>
      <label>
        Files <input {...inputProps} />
      </label>
      <button type="button" onClick={open}>
        Choose files
      </button>
      <ul>
        {tasks.map(({ id, file, state, progress, result, error, announce }) => (
          <li key={id}>
            {file.name}: {result ? `stored as ${result.key}` : state}
            <progress value={progress.fraction} aria-label={file.name} />
            {state === 'uploading' && (
              <button type="button" onClick={() => pause(id)}>
                Pause
              </button>
            )}
            {state === 'paused' && (
              <button type="button" onClick={() => resume(id)}>
                Go on
              </button>
            )}
            {!result && !error && (
              <button type="button" onClick={() => abort(id)}>
                Stop
              </button>
            )}
            {error && (
              <button type="button" onClick={() => retry(id)}>
                Again
              </button>
            )}
            <output>{announce}</output>
          </li>
        ))}
      </ul>
    </section>
  );
}
