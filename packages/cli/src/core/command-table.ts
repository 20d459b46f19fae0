import { bucketCommands } from '../commands/bucket/family.ts';
import { examineCommands } from '../commands/examine/family.ts';
import { keyCommands } from '../commands/keys/family.ts';
import { linkCommands } from '../commands/links/family.ts';
import { presignCommands } from '../commands/presign/family.ts';
import { serveCommands } from '../commands/serve/family.ts';
import { setupCommands } from '../commands/setup/family.ts';
import { storeCommands } from '../commands/store/family.ts';
import { upkeepCommands } from '../commands/upkeep/family.ts';
import type { Command, CommandGroup } from './command.ts';

/** The commands by what they are for, in the order of the help. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'Server', commands: serveCommands },
  { title: 'Presigned URLs', commands: presignCommands },
  { title: 'Examine links and servers', commands: examineCommands },
  { title: 'Shares, file requests, all links', commands: linkCommands },
  { title: 'Objects and buckets', commands: storeCommands },
  { title: 'Settings of a bucket', commands: bucketCommands },
  { title: 'Access keys, link policies', commands: keyCommands },
  { title: 'Configuration', commands: setupCommands },
  { title: 'Data folders', commands: upkeepCommands },
];

/** Every command. Help, reference and completions are derived from it; a command that runs comes from its family. */
export const commands: readonly Command[] = commandGroups.flatMap((group) => group.commands);
