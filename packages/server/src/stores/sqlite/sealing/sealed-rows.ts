import { numberOf, type Row, textOf } from '../schema/rows.ts';

/** A column whose values rest sealed under the master key, each beside a label of its row (SEC-801). */
export type SealedColumn = {
  readonly table: string;
  readonly column: string;
  /** Columns that the label is made of. */
  readonly labelledBy: readonly string[];
  readonly label: (row: Row) => string;
};

export const secretLabel = (accessKeyId: string, generation: number): string => `${accessKeyId}/${generation}`;
export const shareLabel = (linkId: string): string => `share ${linkId}`;
export const webhookLabel = (id: string): string => `webhook ${id}`;
export const onceLabel = (name: string): string => `once ${name}`;

/** Every such column, so that another master key reaches all of them (SEC-804). */
export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'key_secrets',
    column: 'sealed',
    labelledBy: ['akid', 'generation'],
    label: (row) => secretLabel(textOf(row, 'akid'), numberOf(row, 'generation')),
  },
  {
    table: 'shares',
    column: 'sealed_token',
    labelledBy: ['link'],
    label: (row) => shareLabel(textOf(row, 'link')),
  },
  {
    table: 'webhook_targets',
    column: 'sealed_secrets',
    labelledBy: ['id'],
    label: (row) => webhookLabel(textOf(row, 'id')),
  },
  { table: 'once_requests', column: 'sealed', labelledBy: ['name'], label: (row) => onceLabel(textOf(row, 'name')) },
];

/** Values of the table `meta` that rest sealed, with their labels. */
export const sealedMeta: ReadonlyMap<string, string> = new Map([
  ['master_key_check', 'tidegate master key'],
  ['body_key', 'tidegate body key'],
]);
