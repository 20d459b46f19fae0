import {
  type FirstKey,
  type ReadSettings,
  type RunningServer,
  runUntilStopped,
  StartFailure,
  startServer,
  systemWorld,
  type World,
} from '@tidegate/server';
import type { Call } from '../../core/command.ts';
import { CliError, type ExitCode, wrongUse } from '../../core/errors.ts';
import { makeWelcome } from '../../help/welcome.ts';
import { describeBytes, describeCount } from '../../terminal/format.ts';
import { openerOf, openInBrowser } from '../../terminal/open-browser.ts';
import { portHolder } from '../../upkeep/port-holder.ts';
import { settingTexts } from '../../upkeep/serve-flags.ts';
import { settingsOrRefuse } from '../../upkeep/server-settings.ts';

/** `serve`: the server, until it is asked to stop. stdout has one line: where it listens. */
export async function run(call: Call): Promise<number> {
  const { flags, output, world } = call;
  const read = settingsOf(call);
  // A secret is shown only where a person sees it: not in a pipe, not in a journal (SEC-516).
  const isTerminal = world.stdout.isTTY === true && world.stderr.isTTY === true;
  const server = systemWorld();
  const lines = new StartLines(server.stderr);
  const running = await start(read, isTerminal, lines, server, call);
  world.startServing();
  await tellStart(running, read, isTerminal, call);
  for (const warning of isTerminal ? running.warnings : []) output.warn(warning);
  running.log.flush();
  lines.release();
  // Before printing that it listens, so that an immediate signal is handled. The closing count is taken before the store closes.
  const valid = isTerminal ? validAtTheEnd(running) : undefined;
  const ended = runUntilStopped(running);
  const [address = ''] = running.addresses.s3;
  if (output.isJson) output.json({ listening: address, console: running.addresses.console ?? null });
  else output.answer(`listening on ${address}`);
  if (flags.has('open')) await openConsole(running, read, call);
  const { exitCode } = await ended;
  if (isTerminal) output.talk(`Stopped.${validWords(await valid?.())}`);
  return exitCode;
}

/** Counts the links that are still valid when the first signal comes: afterwards the store is closed. */
function validAtTheEnd(running: RunningServer): () => Promise<number> {
  let counted: Promise<number> | undefined;
  const count = (): void => {
    counted ??= running.links.countByState().then(
      ({ active }) => active,
      // It is only a closing remark, and the failure to count has been logged.
      () => 0,
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, count);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, count);
    return counted ?? Promise.resolve(0);
  };
}

function validWords(count = 0): string {
  if (count === 0) return '';
  return ` ${describeCount(count)} ${count === 1 ? 'link is' : 'links are'} still valid when it runs again.`;
}

/** `--open`: the console in the browser, signed in as the first owner. Who starts a server on its own folder owns it. */
async function openConsole(running: RunningServer, { settings }: ReadSettings, { output, world }: Call): Promise<void> {
  const { rootKey } = running;
  const owner =
    rootKey.kind === 'made'
      ? rootKey.key.accessKeyId
      : (settings.rootAccessKeyId ?? (await running.keys.listKeys()).find(({ role }) => role === 'owner')?.accessKeyId);
  const url = owner === undefined ? undefined : running.sessionUrl(owner);
  const opener = openerOf(process.platform, world.env);
  const isOpened = url !== undefined && opener !== undefined && (await openInBrowser(opener, url));
  if (isOpened) return;
  output.warn(
    url === undefined ? 'There is no console to open.' : 'No browser can be opened here:  tidegate console --print',
  );
}

function settingsOf(call: Call): ReadSettings {
  const { args, flags } = call;
  const folder = args[0] ?? flags.text('data');
  if (args[0] !== undefined && flags.has('data'))
    throw wrongUse('The data folder is given twice, as an argument and with --data.');
  return settingsOrRefuse(settingTexts(flags, folder), call, 'tidegate serve --help  lists the settings.');
}

async function start(
  read: ReadSettings,
  isTerminal: boolean,
  lines: StartLines,
  server: World,
  call: Call,
): Promise<RunningServer> {
  try {
    return await startServer(
      read.settings,
      { ...server, stderr: isTerminal ? { write: (text) => lines.write(text), isTerminal } : server.stderr },
      {
        warnings: read.warnings,
        sources: read.sources,
        readAgain: () => settingsOf(call),
      },
    );
  } catch (error) {
    throw await startFailure(error, call);
  }
}

async function startFailure(error: unknown, call: Call): Promise<unknown> {
  if (!(error instanceof StartFailure)) return error;
  const exit: ExitCode = error.exitCode;
  const taken = error.code === 'AddressTaken' ? takenPort(error.message) : undefined;
  const holder = taken === undefined ? undefined : await portHolder(taken);
  if (taken === undefined)
    return new CliError({ exit, what: error.message, fix: error.hint, code: error.code, cause: error });
  const by = holder === undefined ? 'another program' : `another program (pid ${holder.pid}, ${holder.name})`;
  const flag = error.hint.includes('--console-listen') ? '--console-listen' : '--listen';
  return new CliError({
    exit,
    what: `Port ${taken} is used by ${by}.`,
    fix: `Use another:  tidegate serve ${call.args[0] ?? './data'} ${flag} 127.0.0.1:${taken + 10}`,
    code: error.code,
    cause: error,
  });
}

function takenPort(message: string): number | undefined {
  const port = /(?:\bport |:)(\d{1,5})\b/i.exec(message)?.[1];
  return port === undefined ? undefined : Number(port);
}

async function tellStart(running: RunningServer, read: ReadSettings, isTerminal: boolean, call: Call): Promise<void> {
  const { flags, output } = call;
  const { settings, sources } = read;
  if (!isTerminal) return;
  if (running.rootKey.kind !== 'made') {
    const stored = await running.countAll();
    const sizes = `${countOf(stored.buckets, 'bucket')}, ${countOf(stored.objects, 'object')}, ${describeBytes(stored.storedBytes)}`;
    const { active } = await running.links.countByState();
    const { console } = running.addresses;
    const parts = [
      `tidegate ${running.version}`,
      `data ${settings.data}`,
      sizes,
      countOf(active, 'active link'),
      ...(console === undefined ? [] : [`console ${console}`]),
    ];
    output.talk(`  ${parts.join(' · ')}`);
    return;
  }
  const region = `region ${settings.region}`;
  output.talk(
    `  tidegate ${running.version} · data ${settings.data}${running.isNewFolder ? ' (new)' : ''} · ${region}`,
  );
  output.talk('');
  const { key, keptIn } = running.rootKey;
  // -q asks for the answer alone, and a key that nobody was shown could never be used.
  for (const line of keyLines(key, keptIn, call)) call.world.stderr.write(`${line}\n`);
  const isWelcome = running.isNewFolder && !flags.has('no-welcome') && sources.rootAccessKeyId !== 'environment';
  if (!isWelcome) return;
  const link = await makeWelcome(running, key, settings.region, call);
  output.talk('  A first link, valid for one hour and three downloads:');
  output.talk(`    ${link}`);
  const session = running.sessionUrl(key.accessKeyId);
  if (session !== undefined) {
    output.talk('  Then see its use in the console. This link signs you in once:');
    output.talk(`    ${session}`);
  }
  output.talk('');
}

function countOf(count: number, noun: string): string {
  return `${describeCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function keyLines(key: FirstKey, keptIn: string | undefined, { world }: Call): string[] {
  // As the person started this server: in a checkout and in a project the command is not on the path.
  const tidegate = world.env['npm_command'] === undefined ? 'tidegate' : 'npx --no-install tidegate';
  return [
    `  Your first access key${keptIn === undefined ? '' : `, kept in ${keptIn} for you only`}:`,
    `    access key  ${key.accessKeyId}`,
    `    secret      ${key.secretAccessKey}`,
    '',
    `  In this folder, ${tidegate} finds it by itself. For aws cli, boto3 and every other S3 program:`,
    `    ${tidegate} profiles add`,
    '    export AWS_PROFILE=tidegate',
    '',
  ];
}

/** Log lines of the startup, held until its text is on the terminal. What that text says already is not logged again. */
class StartLines {
  readonly #stderr: { write(text: string): unknown };
  #isHeld = true;
  #held = '';

  constructor(stderr: { write(text: string): unknown }) {
    this.#stderr = stderr;
  }

  write(text: string): void {
    if (this.#isHeld) this.#held += text;
    else this.#stderr.write(text);
  }

  /** Errors of the start are shown now; from here on lines go straight through. */
  release(): void {
    this.#isHeld = false;
    const errors = this.#held.split('\n').filter((line) => /^\S+ {2}error /.test(line));
    this.#held = '';
    if (errors.length === 0) return;
    try {
      this.#stderr.write(`${errors.join('\n')}\n`);
    } catch {
      // The terminal is gone. The server is not.
    }
  }
}
