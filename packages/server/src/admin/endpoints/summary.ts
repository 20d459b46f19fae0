import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { isoTime, time } from '../json/json-fields.ts';
import { visibilityOf } from '../reach.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const hours = 24;

export const readSummary = endpoint({
  method: 'GET',
  path: '/summary',
  cost: 'heavy',
  action: 'tidegate:ReadSummary',
  who: 'signer',
  text: 'The ledger in numbers: links that work, those that end within a day, what was refused and sent in the last day.',
  answer: z.object({
    /** Exact: `complete` is true. */
    active: z.object({ count: z.int(), complete: z.boolean() }),
    ending: z.object({ count: z.int(), complete: z.boolean() }),
    refused: z.object({ count: z.int(), byReason: z.record(z.string(), z.int()) }),
    sent: z.object({ bytes: z.int(), points: z.array(z.object({ time, bytes: z.int() })) }),
    /** False: the oldest events of the day are not counted. */
    complete: z.boolean(),
  }),
  async handle({ actor }, tools) {
    await tools.links.flush();
    const visibility = visibilityOf(actor);
    const { accountId, accessKeyId } = visibility;
    const nowMs = tools.clock.nowMs();
    const { byState, ending } = await tools.links.countLinks({
      accountId,
      ...(accessKeyId !== undefined && { accessKeyId }),
    });
    const fromMs = Math.floor(nowMs / hourMs) * hourMs - (hours - 1) * hourMs;
    const { groups, complete } = await tools.links.sumEvents({
      ...{ ...visibility, linkId: undefined, fromMs, toMs: fromMs + dayMs, stepMs: hourMs },
    });
    const points = Array.from({ length: hours }, (_, at) => ({ time: isoTime(fromMs + at * hourMs), bytes: 0 }));
    const byReason: Record<string, number> = {};
    let refused = 0;
    let bytes = 0;
    for (const group of groups) {
      if (!group.isUse) {
        const { reason = 'Unknown', count } = group;
        refused += count;
        byReason[reason] = (byReason[reason] ?? 0) + count;
      } else if (group.isGet) {
        bytes += group.bytes;
        const point = points[group.step];
        if (point !== undefined) point.bytes += group.bytes;
      }
    }
    return {
      status: 200,
      value: {
        active: { count: byState.active, complete: true },
        ending: { count: ending, complete: true },
        refused: { count: refused, byReason },
        sent: { bytes, points },
        complete,
      },
    };
  },
});
