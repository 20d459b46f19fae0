/** A variable of the environment; `undefined` where there is no environment, no such variable, or an empty one. */
export function environment(name: string): string | undefined {
  const process: { readonly env?: Readonly<Record<string, string | undefined>> } | undefined = Reflect.get(
    globalThis,
    'process',
  );
  return process?.env?.[name] || undefined;
}
