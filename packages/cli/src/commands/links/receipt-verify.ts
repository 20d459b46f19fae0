import { readFile } from 'node:fs/promises';
import { type ReceiptVerdict, verifyReceipt } from '@tidegate/server';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { readDocumentText, sendOnce } from '../../s3/http-client.ts';
import { httpOptions } from '../../s3/http-options.ts';
import { describeBytes } from '../../terminal/format.ts';
import { readAll } from '../../terminal/stdin.ts';
import { printable } from '../../terminal/style.ts';

/** Longest file that may be a receipt or a document of keys: one of a thousand files is a quarter of it. */
const mostBytes = 1_048_576;

/** `receipt verify FILE`: whether a receipt is its server's (SHR-25). Needs no key; with `--keys` no network. */
export async function run(call: Call): Promise<number> {
  const { args, output, world } = call;
  const [file = ''] = args;
  const receipt = parse(file === '-' ? await readAll(world.stdin) : await readText(file), file);
  const verdict = verifyReceipt(inner(receipt), await keysFor(call));
  if (output.isJson) output.json(verdict.kind === 'valid' ? { valid: true } : { valid: false, why: verdict.why });
  if (verdict.kind !== 'valid') {
    if (output.isJson) return exitCodes.fault;
    throw new CliError({ exit: exitCodes.fault, what: whatOf(verdict), why: verdict.why });
  }
  if (!output.isJson) for (const line of linesOf(verdict.receipt)) output.answer(printable(line));
  return exitCodes.done;
}

/** If some files of a form were refused, the receipt is next to the refusals. */
function inner(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || !('receipt' in document)) return document;
  return typeof document.receipt === 'object' ? document.receipt : document;
}

function whatOf({ kind }: Exclude<ReceiptVerdict, { kind: 'valid' }>): string {
  if (kind === 'no receipt') return 'This is no receipt.';
  return kind === 'unknown key' ? 'This receipt was signed by another server.' : 'This receipt is not genuine.';
}

function linesOf({ receipt, server, request, time, files }: Extract<ReceiptVerdict, { kind: 'valid' }>['receipt']) {
  return [
    `✓ ${receipt} is genuine: ${server} received for ${request} at ${time}`,
    ...files.map(({ name, size, sha256 }) => `  ${name} · ${describeBytes(size)} · sha256 ${sha256}`),
  ];
}

/** The document of public keys, from whom the caller trusts: a receipt's own word on it would prove nothing. */
async function keysFor(call: Call): Promise<unknown> {
  const { flags } = call;
  const [server, keys] = [flags.text('server'), flags.text('keys')];
  if ((server === undefined) === (keys === undefined)) {
    throw wrongUse('Name the server that signed it: --server URL, or --keys FILE with its /_/keys.json.');
  }
  if (keys !== undefined) return parse(await readText(keys), keys);
  const url = `${String(server).replace(/\/+$/, '')}/_/keys.json`;
  const answer = await sendOnce({ method: 'GET', url, headers: {} }, httpOptions(call));
  const text = await readDocumentText(answer);
  if (answer.status === 200) return parse(text, url);
  throw new CliError({ exit: exitCodes.unreachable, what: `${url} returned ${answer.status}.`, status: answer.status });
}

async function readText(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length <= mostBytes) return text;
  } catch (cause) {
    throw new CliError({ exit: exitCodes.notFound, what: `${file} cannot be read.`, cause });
  }
  throw wrongUse(`${file} has more than 1 MiB; that is not a receipt.`);
}

function parse(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError({ exit: exitCodes.fault, what: `${from === '-' ? 'stdin' : from} is not JSON.`, cause });
  }
}
