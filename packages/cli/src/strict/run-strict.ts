import type { HttpOptions } from '../s3/http-client.ts';
import { sendOnce } from '../s3/http-client.ts';
import type { StrictGroup } from './case.ts';
import { type SignedParts, type StrictPlace, urlOfParts } from './signed-parts.ts';

/** What came of one group. */
export type GroupResult = {
  readonly name: string;
  /** `works`: the unchanged request was answered; `refused`: it was not, so nothing can be said of the rest. */
  readonly control: 'works' | 'refused';
  readonly controlStatus: number;
  readonly isOptional: boolean;
  readonly checked: number;
  /** What a strict server refuses and this one answered. */
  readonly letThrough: readonly { readonly name: string; readonly status: number }[];
  /** Neither answered nor refused: the server failed. */
  readonly failed: readonly { readonly name: string; readonly status: number }[];
};

/** Sends the control, then each case, one after the other. */
export async function runGroup(group: StrictGroup, place: StrictPlace, http: HttpOptions): Promise<GroupResult> {
  const { name, isOptional, cases } = group;
  const controlStatus = await statusOf(group.control, place, http);
  const base = { name, isOptional, controlStatus };
  if (controlStatus >= 300) return { ...base, control: 'refused', checked: 0, letThrough: [], failed: [] };
  const letThrough: { name: string; status: number }[] = [];
  const failed: { name: string; status: number }[] = [];
  for (const one of cases) {
    const status = await statusOf(one.request, place, http);
    if (status < 300) letThrough.push({ name: one.name, status });
    else if (status >= 500 && status !== 501) failed.push({ name: one.name, status });
  }
  return { ...base, control: 'works', checked: cases.length, letThrough, failed };
}

async function statusOf(parts: SignedParts, place: StrictPlace, http: HttpOptions): Promise<number> {
  const { method, headers, body } = parts;
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(body.length) };
  const sent = { host: place.host, ...length, ...headers, connection: 'close' };
  const answer = await sendOnce({ method, url: urlOfParts(place, parts), headers: sent, body }, http);
  answer.body.resume();
  return answer.status;
}
