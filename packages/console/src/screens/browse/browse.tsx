import { lazyPart } from '../../components/lazy-part.tsx';
import { Buckets } from './buckets.tsx';
import { Folder } from './folder.tsx';
import { usePlace } from './place.ts';
import { ShelfPlace } from './upload/zone.tsx';

const Settings = lazyPart(async () => (await import('./bucket/settings.tsx')).BucketSettings, 'screen');

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
        <Settings bucket={bucket} key={bucket} tab={tab} />
      )}
      <ShelfPlace />
    </>
  );
}
