import { maxObjectTags, refusal, type Tagging } from '@tidegate/protocol';
import { compareKeys } from '../../stores/objects/key-order.ts';
import type { Tag } from '../../stores/objects/object-lock.ts';
import { type Access, fromHead, gated, header, type Parser, type Target } from '../operation.ts';
import { invalidArgument } from './parameters.ts';

const maxNameLength = 128;
const maxValueLength = 256;
/** What a tag may hold: letters, blanks, digits and these signs. */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Judges tags: how many, how long, no name twice, none that AWS keeps for itself. Source: AWS, Categorizing your storage using tags.
 * @throws S3Error InvalidTag
 */
function checkTags(tags: readonly Tag[], maxTags: number): readonly Tag[] {
  if (tags.length > maxTags) throw invalidTag({}, `Object tags cannot be greater than ${maxTags}`);
  const names = new Set<string>();
  for (const { name, value } of tags) {
    const fields = { TagKey: name.slice(0, 1024), TagValue: value.slice(0, 1024) };
    if (name === '' || name.length > maxNameLength || !tagText.test(name))
      throw invalidTag(fields, 'The TagKey you have provided is invalid');
    if (value.length > maxValueLength || !tagText.test(value))
      throw invalidTag(fields, 'The TagValue you have provided is invalid');
    if (name.toLowerCase().startsWith('aws:'))
      throw invalidTag(fields, 'System tags cannot be added/updated by requester');
    if (names.has(name)) throw invalidTag(fields, 'Cannot provide multiple Tags with the same key');
    names.add(name);
  }
  return tags;
}

function invalidTag(fields: { readonly TagKey?: string; readonly TagValue?: string }, message: string): Error {
  return refusal('InvalidTag', fields, undefined, message);
}

const tagsHeader = header('x-amz-tagging', parseTags);

/** `x-amz-tagging`: tags as a query string, kept in the order of their names; undefined when it was not sent. @throws S3Error InvalidTag, InvalidArgument */
export const taggingHeader = gated(tagsHeader, (tags) => ({ tags }));

function parseTags(text: string | undefined): readonly Tag[] | undefined {
  if (text === undefined) return undefined;
  const tags = Array.from(new URLSearchParams(text), ([name, value]) => ({ name, value }));
  if (new Set(tags.map(({ name }) => name)).size < tags.length) {
    const message =
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
    throw invalidArgument('x-amz-tagging', text, message);
  }
  return checkTags(tags, maxObjectTags).toSorted((left, right) => compareKeys(left.name, right.name));
}

/** Tags of a copy: `COPY` takes over those of the source, whatever the header says. @throws S3Error InvalidArgument, InvalidTag */
export const copiedTags = gated(
  fromHead((head) => ({ directive: directive.read(head), tags: tagsHeader.read(head) })),
  ({ directive, tags }) => (directive === 'COPY' ? {} : { tags }),
);

const directive = header('x-amz-tagging-directive', readDirective);

function readDirective(...[text, name]: Parameters<Parser<string>>): 'COPY' | 'REPLACE' {
  if (text === undefined || text === '' || text === 'COPY') return 'COPY';
  if (text === 'REPLACE') return 'REPLACE';
  const fields = { ArgumentName: name, ArgumentValue: text.slice(0, 1024) };
  throw refusal('InvalidArgument', fields, undefined, 'Unknown tagging directive.');
}

/** A write that sets tags needs the right to tag too (AWS: PutObject, permissions). */
export function tagsAccess(tags: readonly Tag[] | undefined, target: Target): readonly Access[] {
  if (tags === undefined || tags.length === 0) return [];
  return [{ action: 's3:PutObjectTagging', bucket: target.bucket, key: target.key, within: 'write' }];
}

/** Tags of a document. @throws S3Error InvalidTag */
export function tagsOfDocument({ tags }: Tagging, maxTags: number): readonly Tag[] {
  return checkTags(tags, maxTags);
}
