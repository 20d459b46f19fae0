import type { UploadTexts } from '../browser/upload-texts.ts';

/** The forms that a language has for numbers, as `Intl.PluralRules` calls them. */
export type PluralForm = 'one' | 'few' | 'many' | 'other';

/** A text that holds a number: one that fits every number, or one for each form of the language. */
export type Counted<Form extends PluralForm> = string | Readonly<Record<Form, string>>;

/** The same, of a language that is known only when the program runs. */
export type AnyCounted = string | Readonly<Partial<Record<PluralForm, string>> & { readonly other: string }>;

/** What a page tells where a link refuses. `page-refusal.ts` says which reason has which. */
export type RefusalName =
  | 'notYet'
  | 'signerClock'
  | 'usesSpent'
  | 'bytesSpent'
  | 'ended'
  | 'takenBack'
  | 'address'
  | 'clients'
  | 'https'
  | 'type'
  | 'closed'
  | 'noSuchLink'
  | 'tries'
  | 'gone'
  | 'tooLarge'
  | 'tooSmall'
  | 'name'
  | 'busy'
  | 'busyNow'
  | 'partMissing'
  | 'changedOnTheWay'
  | 'charactersAdded'
  | 'missingOrChanged'
  | 'doesNotWork'
  | 'mayNoLonger'
  | 'fault'
  | 'unknown';

export type RefusalText = readonly [title: string, detail: string];

/** Everything that the pages for recipients say, in one language. `{…}` is filled in. */
export type TextsOf<Number> = {
  readonly direction: 'ltr' | 'rtl';
  /** Between the parts of a list without a last one. */
  readonly comma: string;
  /** Between sentences. */
  readonly gap: string;
  /** Bytes, and units of 1,024. */
  readonly units: readonly [string, string, string, string, string, string];
  readonly sentWith: string;
  /** {name} of who runs the server. */
  readonly from: string;

  readonly download: string;
  readonly downloadAll: string;
  readonly until: string;
  /** {time} is a span of it. */
  readonly timeLeft: string;
  /** {left} of {n}. */
  readonly downloadsLeft: Number;
  readonly nothingYet: string;
  readonly files: Number;
  readonly moreThanFiles: Number;
  /** There are more, and the ZIP has all. */
  readonly firstFilesZip: Number;
  readonly firstFiles: Number;
  /** Title of files without one. */
  readonly filesTitle: string;
  readonly preview: string;
  readonly previewOf: string;
  readonly commandLine: string;
  readonly checksumAndCommand: string;
  readonly saveWithCurl: string;

  readonly fileHasPassword: string;
  readonly pageHasPassword: string;
  readonly password: string;
  readonly open: string;
  /** {n} tries are left. */
  readonly wrongPassword: Number;

  readonly downloadName: string;
  readonly somebodySent: string;
  readonly worksOnce: string;
  readonly worksTimes: Number;

  /** Title of a file request without one. */
  readonly sendFiles: string;
  readonly onlyTypes: string;
  readonly eachAtMost: string;
  readonly atMostFiles: Number;
  readonly togetherAtMost: string;
  readonly untilSentence: string;
  readonly filesLabel: string;
  readonly send: string;
  /** Kinds of files, as a limit names them: "only PDF and images". */
  readonly kinds: Readonly<Record<'image' | 'audio' | 'video' | 'text', string>>;
  readonly received: string;
  readonly notTaken: string;
  readonly saveReceipt: string;
  readonly sendMore: string;

  /** Leads to the same page. */
  readonly overHttps: string;
  readonly forSupport: string;
  readonly reason: string;
  readonly link: string;
  readonly request: string;
  readonly time: string;
  readonly refusals: Readonly<Record<RefusalName, RefusalText>>;
  /** The details of a refusal where more is known of the link. */
  /** {time} of the day, {in} how long. */
  readonly opensOn: string;
  readonly endedOn: string;
  readonly usedOnce: string;
  readonly usedTimes: Number;

  /** What the script of the page for uploads says. */
  readonly upload: UploadTexts<Number>;
};

/** The texts of a language with these forms; one that is missing is an error of types. */
export type TextsIn<Form extends PluralForm> = TextsOf<Counted<Form>>;

/** The texts of any language. */
export type Texts = TextsOf<AnyCounted>;
