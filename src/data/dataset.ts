// A data set in memory: what the generators, the CSV reader and inline rows all become.

/** Examples as rows. `y` holds one class index a row where labels are classes, else `targets` numbers a row. */
export interface Rows {
  readonly count: number;
  /** [count × inputs], row-major */
  readonly x: Float64Array;
  /** [count × targets], row-major */
  readonly y: Float64Array;
}

export interface Dataset {
  /** Columns of x. */
  readonly inputs: number;
  /** Columns of y: 1 where labels are classes. */
  readonly targets: number;
  /** Number of classes, or null where the targets are numbers. */
  readonly classes: number | null;
  /** Names of the classes by index, where the labels were text. */
  readonly classNames: readonly string[] | null;
  readonly train: Rows;
  readonly validation: Rows | null;
  readonly test: Rows | null;
}
