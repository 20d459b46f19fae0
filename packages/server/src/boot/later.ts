/** Something that is made when it is first asked for. */
export type Later<Value> = {
  /** Makes it, or answers what was made. After a failure the next who asks tries again. */
  get(): Promise<Value>;
  /** What was made already. */
  made(): Value | undefined;
};

/**
 * Keeps what most servers never need out of their start and their memory: its module is loaded with the first request for it. Only
 * for whole rooms behind one door, so that a reader finds the door.
 */
export function later<Value>(make: () => Promise<Value>): Later<Value> {
  let making: Promise<Value> | undefined;
  let made: Value | undefined;
  return {
    get() {
      making ??= make().then(
        (value) => {
          made = value;
          return value;
        },
        (error: unknown) => {
          making = undefined;
          throw error;
        },
      );
      return making;
    },
    made: () => made,
  };
}
