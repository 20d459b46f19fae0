import { StsError } from './sts-error.ts';

/** The version of the API that is spoken. */
const version = '2011-06-15';

/** What each action takes; everything else would narrow, widen or label in a way that is not held here (STS-5). */
const known = {
  GetSessionToken: ['DurationSeconds'],
  AssumeRole: ['RoleArn', 'RoleSessionName', 'Policy', 'DurationSeconds', 'ExternalId'],
  GetCallerIdentity: [],
} as const;

/** An action that is answered. */
export type StsAction = keyof typeof known;

/** Seconds that temporary credentials may live: 15 minutes to 36 hours. */
const leastSeconds = 900;
const mostSeconds = 129_600;

/** The parameters of one request. */
export class StsParameters {
  readonly action: StsAction;
  readonly #values: ReadonlyMap<string, string>;

  /**
   * @param pairs of the form, or of the query
   * @throws StsError InvalidAction, ValidationError
   */
  constructor(pairs: Iterable<readonly [name: string, value: string]>) {
    const values = new Map<string, string>();
    for (const [name, value] of pairs) {
      if (values.has(name)) throw invalid(`${shown(name)} is given more than once.`);
      values.set(name, value);
    }
    const action = values.get('Action') ?? '';
    if (!isAction(action) || values.get('Version') !== version) {
      const sent = shown(values.get('Version') ?? '');
      throw new StsError(400, 'InvalidAction', `Could not find operation ${shown(action)} for version ${sent}`);
    }
    const own: readonly string[] = known[action];
    for (const name of values.keys()) {
      if (name !== 'Action' && name !== 'Version' && !own.includes(name)) {
        throw invalid(`${shown(name)} of ${action} is not evaluated by this server, so it is refused.`);
      }
    }
    this.action = action;
    this.#values = values;
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** @throws StsError ValidationError when it is missing or not of this form */
  required(name: string, form: RegExp): string {
    const value = this.#values.get(name);
    if (value === undefined) throw invalid(`${name} is missing.`);
    if (!form.test(value)) throw invalid(`${name} is not valid: ${form.source}`);
    return value;
  }

  /** @throws StsError ValidationError outside 900 to 129,600 seconds */
  durationSeconds(otherwise: number): number {
    const text = this.#values.get('DurationSeconds');
    if (text === undefined) return otherwise;
    const seconds = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (seconds >= leastSeconds && seconds <= mostSeconds) return seconds;
    throw invalid(`DurationSeconds is not a number from ${leastSeconds} to ${mostSeconds}.`);
  }
}

function isAction(text: string): text is StsAction {
  return Object.hasOwn(known, text);
}

/** A parameter that is missing or wrong. */
export function invalid(message: string): StsError {
  return new StsError(400, 'ValidationError', message);
}

function shown(text: string): string {
  return text.slice(0, 64).replace(/[^\w.:-]/g, '?');
}
