import { CliError, exitCodes, wrongUse } from '../core/errors.ts';
import type { Input, World } from '../core/world.ts';

const mostBytes = 1024 * 1024;

/** All of stdin, at most 1 MiB. @throws CliError */
export async function readAll(stdin: Input): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    sizeBytes += bytes.length;
    if (sizeBytes > mostBytes) throw wrongUse('stdin has more than 1 MiB.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The lines of stdin that are not blank. @throws CliError */
export async function readLines(stdin: Input): Promise<string[]> {
  const text = await readAll(stdin);
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** One line of stdin: a secret. Blanks at its ends belong to it; the line end does not. @throws CliError */
export async function readSecretLine(stdin: Input): Promise<string> {
  const text = (await readAll(stdin)).replace(/\r?\n$/, '');
  if (text === '') throw wrongUse('stdin holds no secret.', 'Like  tidegate explain URL --secret-stdin < secret.txt');
  return text;
}

/** The text of a file that a flag names; `-` is stdin. @throws CliError */
export async function readGiven(file: string, { stdin }: Pick<World, 'stdin'>): Promise<string> {
  if (file === '-') return readAll(stdin);
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError({ exit: exitCodes.notFound, what: `The file ${file} cannot be read.`, cause });
  }
}
