import type { Output } from '../../data/api.ts';

export type TemporaryCredentials = Output<'readTemporaryCredentials'>;

export const temporaryStates: Readonly<Record<TemporaryCredentials['state'], string>> = {
  active: 'Active',
  revoked: 'Revoked',
  expired: 'Expired',
  inactive: 'Inactive',
};

/** What people know them by: as who took the role called it. */
export function nameOf({ name }: Pick<TemporaryCredentials, 'name'>): string {
  return name ?? 'Session';
}

type Texts = string | readonly string[];
type Statement = { readonly Effect: 'Allow' | 'Deny'; readonly Action: Texts; readonly Resource: Texts };

/** What a policy lets them do, a statement each: `GetObject on rooms/a/*`, `never everything on rooms/secret*`. */
export function policyWords(policy: string | null): readonly string[] {
  if (policy === null) return ['Same as its key'];
  // Sound: the server has read it, and takes no other form (STS-20).
  const { Statement } = JSON.parse(policy) as { readonly Statement: Statement | readonly Statement[] };
  return [Statement].flat().map(({ Effect, Action, Resource }) => {
    const actions = [Action].flat().map((action) => (action === '*' ? 'everything' : action.replace(/^s3:/i, '')));
    const places = [Resource].flat().map((place) => (place === '*' ? 'everything' : place.replace(/^.*:::/s, '')));
    return `${Effect === 'Deny' ? 'never ' : ''}${actions.join(', ')} on ${places.join(', ')}`;
  });
}
