/** A setting that cannot be used: unknown, unreadable, malformed, or of a feature that is not built. Exit code 2. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting';
}

/** A configuration or key file that others may read (SEC-807). Exit code 2. */
export class InsecureFile extends Error {
  override readonly name = 'InsecureFile';
  readonly path: string;

  constructor(path: string, why: string) {
    super(`The file ${path} is not private: ${why}.`);
    this.path = path;
  }
}
