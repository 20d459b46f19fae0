import { formatBytes, plural } from '../../../format.ts';
import type { LifecycleRule } from './write.ts';

/** A rule as somebody would say it. */
export function lifecycleSentence(rule: LifecycleRule): string {
  const { expireDays, expireAt, expireMarkers, noncurrentDays, noncurrentKept, abortUploadsDays } = rule;
  const said = [
    ...(expireDays === null ? [] : [`objects are deleted ${plural(expireDays, 'day')} after creation`]),
    ...(expireAt === null ? [] : [`objects are deleted on ${expireAt.slice(0, 10)}`]),
    ...(noncurrentDays === null && noncurrentKept === null
      ? []
      : [
          `older versions are deleted${noncurrentDays === null ? '' : ` after ${plural(noncurrentDays, 'day')}`}${noncurrentKept === null ? '' : `, but for the newest ${noncurrentKept}`}`,
        ]),
    ...(expireMarkers ? ['expired delete markers are removed'] : []),
    ...(abortUploadsDays === null ? [] : [`unfinished uploads are removed after ${plural(abortUploadsDays, 'day')}`]),
  ];
  const what = said.length === 0 ? 'nothing expires' : said.join('; ');
  return `${whereOf(rule)}${what}.`.replace(/^./, (letter) => letter.toUpperCase());
}

function whereOf({ prefix, tags, largerThan, smallerThan }: LifecycleRule): string {
  const parts = [
    ...(prefix === '' ? [] : [`under ${prefix}`]),
    ...tags.map(({ name, value }) => `tagged ${name}${value === '' ? '' : `: ${value}`}`),
    ...(largerThan === null ? [] : [`above ${formatBytes(largerThan)}`]),
    ...(smallerThan === null ? [] : [`below ${formatBytes(smallerThan)}`]),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')}, `;
}
