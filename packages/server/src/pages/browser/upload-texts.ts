/** What the script of the page for uploads says. `{…}` is filled in. */
export type UploadTexts<Number> = {
  readonly drop: string;
  readonly chooseFiles: string;
  readonly chooseFolder: string;
  readonly pause: string;
  readonly goOn: string;
  readonly waiting: string;
  readonly paused: string;
  readonly tryingAgain: string;
  readonly noNetwork: string;
  /** {name} */
  readonly remove: string;
  /** {part} is a percentage, {rate} a size in a second, {time} a span. */
  readonly running: string;
  /** {done} of {n} files. */
  readonly progress: Number;
  /** {names} */
  readonly chooseAgain: string;
  /** {types} */
  readonly onlyTypes: string;
  /** {size} of the file, {most} that is taken. */
  readonly tooLarge: string;
  readonly oneOnly: string;
  readonly atMostFiles: Number;
  readonly notTaken: string;
};

/** A text of a number, of whatever language the page is in. */
export type AnyNumber = string | (Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string });

/** Everything of its language that the script needs. */
export type UploadLanguage = UploadTexts<AnyNumber> & {
  readonly locale: string;
  readonly comma: string;
  readonly units: readonly string[];
  readonly received: string;
  readonly saveReceipt: string;
  readonly sendMore: string;
  readonly files: AnyNumber;
};
