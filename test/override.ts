/**
 * The same object with some members replaced. Other members are taken from the object itself and called on it, whether they are
 * its own or those of its class; `{ ...object, member }` would lose the latter.
 */
export function override<T extends object>(object: T, members: Partial<T>): T {
  return new Proxy(object, {
    get(target, name) {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
