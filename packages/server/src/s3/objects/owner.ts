import { anonymousOwnerId } from '@tidegate/protocol';
import type { Owner } from '../../stores/objects/object-store.ts';

const anonymousOwner: Owner = { id: anonymousOwnerId, displayName: '' };

/** The owner of what the caller makes. */
export function ownerOf(caller: { readonly owner: Owner | undefined }): Owner {
  return caller.owner ?? anonymousOwner;
}
