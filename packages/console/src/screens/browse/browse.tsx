import { lazy, Suspense } from 'react';
import { Buckets } from './buckets.tsx';
import { Folder } from './folder.tsx';
import { usePlace } from './place.ts';
import { ShelfPlace } from './upload/zone.tsx';

const Settings = lazy(async () => ({ default: (await import('./bucket/settings.tsx')).BucketSettings }));

/** What is stored: buckets, folders, objects. */
export function Browse() {
  const [{ bucket, prefix, tab }] = usePlace();
  return (
    <>
      {bucket === '' ? (
        <Buckets />
      ) : tab === '' ? (
        <Folder bucket={bucket} key={`${bucket}/${prefix}`} prefix={prefix} />
      ) : (
        <Suspense>
          <Settings bucket={bucket} key={bucket} tab={tab} />
        </Suspense>
      )}
      <ShelfPlace />
    </>
  );
}
