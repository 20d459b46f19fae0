import { keyStoreContract, objectStoreContract } from '../contract/objects/store-contract.ts';
import { openLocalSubject } from './test-support/open-subject.ts';

objectStoreContract('sqlite and files', () => openLocalSubject());
// Every body a file: what is written, read, copied and joined, whatever its size.
objectStoreContract('files alone', () => openLocalSubject({ inlineMaxBytes: 0 }), /^STO-[2367]/);
keyStoreContract('sqlite', () => openLocalSubject());
// As one process serves it: what it has read of buckets is kept.
objectStoreContract(
  'sqlite and files, buckets kept',
  () => openLocalSubject({ keepsBuckets: true }),
  /^(?:STO-[1-9]\b|LNK-31)/,
);
