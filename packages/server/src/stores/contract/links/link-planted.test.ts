import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClaimRequest, LinkStore } from '../../links/link-store.ts';
import { MemoryLinks } from '../../memory/memory-links.ts';
import { seededRandom, TestClock } from '../objects/subject.ts';
import { linkRules } from './link-store-contract.ts';

type Change = (links: LinkStore) => Partial<LinkStore>;

/** Faults that a careless engine could have. A suite that misses one of them would miss it in an engine too. */
const faults: readonly { readonly what: string; readonly caughtBy: string; readonly change: Change }[] = [
  {
    what: 'looks at the uses before it spends one',
    caughtBy: 'LDG-10',
    change: (links) => ({
      async claim(request) {
        const count = (await links.readLink(request.link.id))?.uses.count ?? 0;
        await Promise.resolve();
        const isLeft = count < (request.terms.uses ?? Number.POSITIVE_INFINITY);
        return links.claim(isLeft ? withTerms(request, { uses: 1_000_000 }) : request);
      },
    }),
  },
  {
    what: 'counts twice',
    caughtBy: 'LDG-13',
    change: (links) => ({
      async claim(request) {
        if (request.demand.kind === 'read')
          await links.claim({ ...request, demand: { kind: 'write', declaredBytes: 0 } });
        return links.claim(request);
      },
    }),
  },
  {
    what: 'counts every range',
    caughtBy: 'LDG-12',
    change: (links) => ({
      claim: (request) =>
        links.claim(
          request.demand.kind === 'read' ? { ...request, demand: { kind: 'write', declaredBytes: 0 } } : request,
        ),
    }),
  },
  {
    what: 'sells the object and nothing more',
    caughtBy: 'LDG-11',
    change: (links) => ({
      claim: (request) => links.claim(withObjectBytes(request, (bytes) => Math.floor(bytes * 0.8))),
    }),
  },
  {
    what: 'sells twice the object',
    caughtBy: 'LDG-11',
    change: (links) => ({ claim: (request) => links.claim(withObjectBytes(request, (bytes) => bytes * 2)) }),
  },
  {
    what: 'gives a use back after bytes were sent',
    caughtBy: 'LDG-15',
    change: (links) => ({
      settle: (claim, settlement) =>
        links.settle(
          claim,
          settlement.outcome === 'failed' ? { ...settlement, movedBytes: 0, delivered: undefined } : settlement,
        ),
    }),
  },
  { what: 'never gives anything back', caughtBy: 'LDG-15', change: () => ({ settle: () => undefined }) },
  {
    what: 'ignores grace',
    caughtBy: 'LDG-17',
    change: (links) => ({ claim: (request) => links.claim(withTerms(request, { graceMs: 86_400_000 })) }),
  },
  {
    what: 'forgets the bytes of a write',
    caughtBy: 'LDG-20',
    change: (links) => ({
      claim: (request) =>
        links.claim(
          request.demand.kind === 'write' ? { ...request, demand: { kind: 'write', declaredBytes: 0 } } : request,
        ),
    }),
  },
  {
    what: 'lets everybody be the same client',
    caughtBy: 'LDG-21',
    change: (links) => ({ claim: (request) => links.claim({ ...request, clientPrefix: 'x' }) }),
  },
  {
    what: 'claims by what was true before',
    caughtBy: 'LDG-22',
    change: (links) => ({ claim: (request) => links.claim({ ...request, epoch: links.epoch() }) }),
  },
  { what: 'forgets its revocations', caughtBy: 'LDG-30', change: () => ({ findRevocation: () => undefined }) },
  {
    what: 'covers what was signed later',
    caughtBy: 'LDG-31',
    change: (links) => ({
      findRevocation: (link, key) => links.findRevocation({ ...link, signedAtMs: undefined }, key),
    }),
  },
  {
    what: 'opens by a grant what was taken back',
    caughtBy: 'LDG-33',
    change: (links) => ({ findRevocation: (link) => links.findRevocation(link) }),
  },
  { what: 'keeps its epoch', caughtBy: 'LDG-40', change: () => ({ epoch: () => 1 }) },
  { what: 'does not undo', caughtBy: 'LDG-30', change: () => ({ undoRevocation: () => Promise.resolve(true) }) },
  { what: 'keeps what is past its time', caughtBy: 'LDG-80', change: () => ({ sweep: () => Promise.resolve() }) },
  {
    what: 'sums up what links did whoever asks',
    caughtBy: 'LDG-85',
    change: (links) => ({ listDays: (query) => links.listDays({ ...query, accessKeyIds: undefined }) }),
  },
  {
    what: 'pages over the order of now',
    caughtBy: 'LDG-52',
    change: (links) => ({
      async listLinks({ cursor, limit, ...query }) {
        const { items } = await links.listLinks({ ...query, cursor: undefined, limit: 1_000 });
        const from = Number(cursor ?? 0);
        const next = from + limit < items.length ? String(from + limit) : undefined;
        return { items: items.slice(from, from + limit), next };
      },
    }),
  },
  {
    what: 'counts links of every account',
    caughtBy: 'LDG-55',
    change: (links) => ({ countLinks: (filter) => links.countLinks({ ...filter, accountId: undefined }) }),
  },
  {
    what: 'lists links of every account',
    caughtBy: 'LDG-52',
    change: (links) => ({ listLinks: (query) => links.listLinks({ ...query, accountId: undefined }) }),
  },
];

function withTerms(request: ClaimRequest, terms: Partial<ClaimRequest['terms']>): ClaimRequest {
  return { ...request, terms: { ...request.terms, ...terms } };
}

function withObjectBytes(request: ClaimRequest, change: (bytes: number) => number): ClaimRequest {
  const { demand } = request;
  if (demand.kind !== 'read') return request;
  return { ...request, demand: { ...demand, objectBytes: change(demand.objectBytes) } };
}

/** A store of which some calls are another's. */
function plant(links: MemoryLinks, change: Change): LinkStore {
  const changes = change(links);
  return new Proxy<LinkStore>(links, {
    get(target, name) {
      const changed: unknown = Reflect.get(changes, name);
      if (changed !== undefined) return changed;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

for (const { what, caughtBy, change } of faults) {
  test(`a link store that ${what} is caught by ${caughtBy}`, async () => {
    const rules = linkRules.filter((rule) => rule.name.split(' ').includes(caughtBy));
    assert.notEqual(rules.length, 0, `no rule is named ${caughtBy}`);
    const outcomes = await Promise.allSettled(
      rules.map((rule) => {
        const clock = new TestClock();
        const links = plant(new MemoryLinks({ clock, random: seededRandom(1) }), change);
        return rule.check({ links, clock, close: () => Promise.resolve() });
      }),
    );
    assert.ok(
      outcomes.some(({ status }) => status === 'rejected'),
      `${caughtBy} does not notice it`,
    );
  });
}
