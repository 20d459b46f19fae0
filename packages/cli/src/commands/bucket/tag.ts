import { childOf, childrenOf, readXmlTree, Tagging, textOf, writeDocument } from '@tidegate/protocol';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { parseTarget } from '../../core/target.ts';
import { readSetting, removeSetting, type SettingPlace, writeSetting } from '../../s3/bucket-setting.ts';
import { nearestKeyHint } from '../../s3/nearest-key.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { showTable } from '../../terminal/table.ts';

/** `tag get`, `set`, `rm`: tags of an object, or of a bucket. `bucket tags` is the same, of buckets only. */
export async function run(call: Call): Promise<number> {
  const { args, command, output } = call;
  const [argument = '', ...pairs] = args;
  const place = placeOf(argument, command.path[0] === 'bucket');
  const client = clientFor(call);
  const about = place.key === undefined ? place.bucket : `${place.bucket}/${place.key}`;
  try {
    switch (command.path.at(-1)) {
      case 'set': {
        const tags = pairs.map(tagOf);
        await writeSetting(client, place, writeDocument('Tagging', Tagging, { tags }));
        if (output.isJson) output.json({ target: about, tags: asRecord(tags) });
        else output.talk(`  Set ${tags.length} tag${tags.length === 1 ? '' : 's'} of ${about}; others are removed.`);
        return exitCodes.done;
      }
      case 'rm':
        await removeSetting(client, place);
        if (output.isJson) output.json({ target: about, tags: {} });
        else output.talk(`  Removed the tags of ${about}.`);
        return exitCodes.done;
      default: {
        const root = readXmlTree((await readSetting(client, place, 'NoSuchTagSet')) ?? '');
        const tags = childrenOf(childOf(root, 'TagSet'), 'Tag').map((tag) => ({
          name: textOf(tag, 'Key') ?? '',
          value: textOf(tag, 'Value') ?? '',
        }));
        if (output.isJson) output.json({ target: about, tags: asRecord(tags) });
        else if (tags.length === 0) output.talk(`  ${about} has no tags.`);
        else
          showTable(
            output,
            [{ name: 'TAG' }, { name: 'VALUE' }],
            tags.map(({ name, value }) => [name, value]),
          );
        return exitCodes.done;
      }
    }
  } catch (error) {
    const { bucket, key } = place;
    throw key === undefined || !(error instanceof CliError)
      ? error
      : await nearestKeyHint(error, { bucket, key }, client);
  }
}

function placeOf(argument: string, isBucketOnly: boolean): SettingPlace {
  const target = parseTarget(argument);
  if (target.kind === 'bucket') return { bucket: target.bucket, setting: 'tagging' };
  if (target.kind === 'object' && !isBucketOnly) {
    return { bucket: target.bucket, key: target.key, setting: 'tagging' };
  }
  throw wrongUse(`"${argument}" is not ${isBucketOnly ? 'a bucket' : 'a bucket or an object'}.`);
}

type Tag = { readonly name: string; readonly value: string };

function tagOf(pair: string): Tag {
  const equals = pair.indexOf('=');
  if (equals < 1) throw wrongUse(`"${pair}" is not NAME=VALUE.`);
  return { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
}

function asRecord(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ name, value }) => [name, value]));
}
