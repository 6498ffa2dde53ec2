// Every error that Basin throws on purpose. A message says where, what came, what is allowed and what to do.

/** Base of all named errors; `name` is the class name, so it survives minification and structured clone. */
export class BasinError extends Error {
  override readonly name: string = 'BasinError';
}

/** The run document is wrong at `path`, for example `layers[1].dropRate`. */
export class SpecError extends BasinError {
  override readonly name = 'SpecError';
  readonly path: string;

  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.path = path;
  }
}

/** The data is wrong at `where`: `file:line:column` of a CSV, or a path in the run document such as `data.x[3]`. */
export class DataError extends BasinError {
  override readonly name = 'DataError';
  readonly where: string;

  constructor(where: string, message: string) {
    super(`${where}: ${message}`);
    this.where = where;
  }
}

/** The backend asked for cannot be had here, or the device refused what it was asked. */
export class BackendError extends BasinError {
  override readonly name = 'BackendError';
}

/** The run needs more of `limit` than the device has. */
export class LimitError extends BasinError {
  override readonly name = 'LimitError';
  readonly limit: string;
  readonly need: number;
  readonly have: number;

  constructor(limit: string, need: number, have: number, message: string) {
    super(`${message} (${limit}: ${need} needed, ${have} available)`);
    this.limit = limit;
    this.need = need;
    this.have = have;
  }
}

/** The device went away while it was in use. The session cannot go on; its document can be run again. */
export class DeviceLostError extends BasinError {
  override readonly name = 'DeviceLostError';
}

/** Where training left the finite numbers first. `layer` counts from 1 (the first hidden layer); 0 where `what` is the loss. */
export interface Divergence {
  readonly step: number;
  readonly layer: number;
  readonly what: 'loss' | 'weights';
}

/** Training reached a number that is not finite. */
export class DivergenceError extends BasinError {
  override readonly name = 'DivergenceError';
  readonly divergence: Divergence;

  constructor(divergence: Divergence) {
    const { step, layer, what } = divergence;
    const place = what === 'loss' ? 'the loss' : `the weights of layer ${layer}`;
    super(`step ${step}: ${place} became infinite or not a number. A smaller optimizer.learningRate usually helps.`);
    this.divergence = divergence;
  }
}
