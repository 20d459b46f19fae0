/** A note of every command that takes a URL. */
export const urlNote = 'Put URLs in single quotes: shells end a command at &.';
