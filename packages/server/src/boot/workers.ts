import type { Metric } from '../observe/metric.ts';
import { SummedMetrics } from '../observe/summed-metrics.ts';
import type { ListenAddress } from '../settings/kinds.ts';
import type { Settings } from '../settings/list.ts';
import type { GivenSettings } from '../settings/live-settings.ts';
import type { StorePeers } from '../stores/upkeep/store-peers.ts';
import { WorkerPool } from '../workers/worker-pool.ts';
import { isStartFailureCode, StartFailure } from './failure.ts';
import type { Front } from './front.ts';
import { probeAddresses } from './listeners.ts';
import type { ServeParts } from './parts.ts';

/** What a worker process is started with, secrets included: it comes to it in a message. */
export type WorkerStart = {
  readonly given: GivenSettings;
  readonly consolePort: number | undefined;
  /** The time that the first process judges by. */
  readonly nowMs: number;
};

/** A machine busy with everything that starts at once has needed half a minute. */
const startTimeoutMs = 90_000;
/** Writers that hold answer at once; one that is busy for so long holds the log up for everybody. */
const holdPatienceMs = 1_000;
/** The longest that a timer can wait. */
const keepsAliveMs = 2_147_483_647;

/** The workers as the first process's own parts reach them: nobody, before there are any. */
export class Workers implements StorePeers {
  readonly #counted = new SummedMetrics();
  #pool: WorkerPool<WorkerStart> | undefined;
  /** Without the console the first process listens nowhere: it lives on while none of its workers does (REL-22). */
  #keptAlive: NodeJS.Timeout | undefined;

  /** Starts them. Resolves when all listen. @throws StartFailure */
  async open(
    parts: ServeParts,
    front: Pick<Front, 'ports' | 'cutSince'>,
    onFailed: (failure: Error) => void,
  ): Promise<void> {
    const { settings, live, world, log } = parts;
    await probeAddresses(settings, world.clock);
    this.#pool = await WorkerPool.open<WorkerStart>({
      entry: workerEntry(),
      environment: withoutOurs(world.environment),
      clock: world.clock,
      count: settings.workers,
      // As they are given now: a worker that is started again takes what was read since.
      startOf: (ports) => ({
        given: { ...live.given, settings: settingsOfWorker(live.given.settings, ports) },
        consolePort: front.ports.console(),
        nowMs: world.clock.nowMs(),
      }),
      firstChooses: settings.listen.some((address) => address.kind === 'tcp' && address.port === 0),
      startTimeoutMs,
      onLost: ({ pid, how, againInMs }) => {
        if (pid !== undefined) this.#counted.lose(pid);
        log.error('a worker ended and is started again', { pid, how, againInMs });
      },
      onFailed: (message) => onFailed(new Error(`In a worker: ${message}`)),
      onAsked: async (question, pid) =>
        front.cutSince(question.sinceEpoch) + sumOf((await this.#pool?.askOthers(question, pid)) ?? []),
      failureOf: ({ code, message, hint }) =>
        isStartFailureCode(code) ? new StartFailure(code, message, hint) : new Error(message),
    });
    this.#keptAlive = setInterval(() => undefined, keepsAliveMs);
  }

  /** Where they listen, in the order of the settings. */
  addresses(listen: readonly ListenAddress[]): readonly ListenAddress[] {
    return withPorts(listen, this.#pool?.ports);
  }

  /** Settings that were read again. */
  tellSettings(given: GivenSettings): void {
    this.#pool?.tellSettings({ ...given, settings: settingsOfWorker(given.settings, undefined) });
  }

  serve(): void {
    this.#pool?.serve();
  }

  async stop(how: 'graceful' | 'now', graceMs: number): Promise<void> {
    await this.#pool?.stop(how, graceMs);
    clearInterval(this.#keptAlive);
  }

  async holdWrites(): Promise<() => void> {
    await this.#pool?.askAll({ about: 'hold-writes' }, holdPatienceMs);
    return () => this.#pool?.releaseWrites();
  }

  async pinnedLists(lists: readonly number[]): Promise<readonly number[] | 'unknown'> {
    const answers = (await this.#pool?.askAll({ about: 'pins', lists })) ?? [];
    const pinned: number[] = [];
    for (const answer of answers) {
      // The readers of one that has ended are gone.
      if (answer === undefined) continue;
      if (!Array.isArray(answer)) return 'unknown';
      pinned.push(...answer.map(Number));
    }
    return pinned;
  }

  /** How many transfers the workers ended for what changed after an epoch; one that does not answer is not counted. */
  async cutSince(sinceEpoch: number): Promise<number> {
    return sumOf((await this.#pool?.askAll({ about: 'cut', sinceEpoch })) ?? []);
  }

  /** What the workers have counted, those that ended included. */
  async countedElsewhere(): Promise<readonly (readonly Metric[])[]> {
    for (const answer of (await this.#pool?.askAll({ about: 'metrics' })) ?? []) this.#counted.take(answer);
    return this.#counted.all();
  }
}

function sumOf(answers: readonly unknown[]): number {
  return answers.reduce<number>((sum, answer) => sum + (typeof answer === 'number' ? answer : 0), 0);
}

/** The file that runs in a worker, as it lies beside this one: TypeScript in the repository, JavaScript when published. */
function workerEntry(): URL {
  return new URL(`./worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
}

/** Only what a worker needs: no first key, no console, no token. */
function settingsOfWorker(settings: Settings, ports: readonly number[] | undefined): Settings {
  return {
    ...settings,
    listen: withPorts(settings.listen, ports),
    consoleListen: 'off',
    rootAccessKeyId: undefined,
    rootSecretAccessKey: undefined,
    metricsToken: undefined,
  };
}

function withPorts(listen: readonly ListenAddress[], ports: readonly number[] | undefined): readonly ListenAddress[] {
  return listen.map((address, index) =>
    address.kind === 'unix' ? address : { ...address, port: ports?.[index] ?? address.port },
  );
}

/** The environment of a worker: its settings come in a message, and no secret stands in `/proc` a second time. */
function withoutOurs(environment: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TIDEGATE_')));
}
