/**
 * The variants to check, out of all from wide and light to narrow and dark. Outside CI all of them. In CI, whose cores are few and
 * shared, the first and the last, which cover both widths and both themes.
 */
export function judgedVariants<Variant>(all: readonly Variant[]): readonly Variant[] {
  return process.env['CI'] === 'true' ? all.filter((_, at) => at === 0 || at === all.length - 1) : all;
}
