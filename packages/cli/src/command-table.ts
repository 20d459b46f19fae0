import type { Command } from './command.ts';
import { examineCommands } from './commands-examine.ts';
import { keyCommands } from './commands-keys.ts';
import { linkCommands } from './commands-links.ts';
import { presignCommands } from './commands-presign.ts';
import { serveCommands } from './commands-serve.ts';
import { setupCommands } from './commands-setup.ts';
import { storeCommands } from './commands-store.ts';
import { upkeepCommands } from './commands-upkeep.ts';

/** Every command, in the order of the help. Help, reference and completions are derived from it; a command that runs comes from its family. */
export const commands: readonly Command[] = [
  ...serveCommands,
  ...presignCommands,
  ...examineCommands,
  ...linkCommands,
  ...storeCommands,
  ...keyCommands,
  ...setupCommands,
  ...upkeepCommands,
];
