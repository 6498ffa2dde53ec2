// Basin's public surface. Everything else may change without notice.

export {
  BackendError,
  BasinError,
  DataError,
  DeviceLostError,
  type Divergence,
  DivergenceError,
  LimitError,
  SpecError,
} from './core/errors.ts';
export type { Precision, Reals } from './core/shape.ts';
export type { Dataset, Rows } from './data/dataset.ts';
export { type LoadedDataset, loadDataset, type ReadText } from './data/load.ts';
export { scale as standardize } from './data/standardize.ts';
export { toJson } from './io/json.ts';
export { toCsv } from './io/rows.ts';
export { fromSafetensors, type Model } from './io/safetensors.ts';
export { toKeras } from './io/snippets/keras.ts';
export { toPyTorch } from './io/snippets/pytorch.ts';
export { formatPlan } from './plan/format.ts';
export type { Dispatch, Plan, SegmentName } from './plan/plan.ts';
export type { Interval } from './spec/checks.ts';
export {
  ACTIVATIONS,
  BUILT_IN,
  INIT_SCHEMES,
  LOSSES,
  OPTIMIZER_RANGES,
  OPTIMIZERS,
  RANGES,
  RNGS,
  SCHEDULE_RANGES,
  SCHEDULES,
} from './spec/defaults.ts';
export type { Halving, RankMetric, Rung } from './spec/halving.ts';
export { type Axis, applyPatch, type ModelPatch, type Search, type Vary } from './spec/patch.ts';
export { presetNotes, presets } from './spec/presets.ts';
export { shortForm } from './spec/short.ts';
export { stepsPerEpoch } from './spec/steps.ts';
export type * from './spec/types.ts';
export { validate } from './spec/validate.ts';
export {
  diagnose,
  type Finding,
  type FindingKind,
  type Fix,
  type RunPatch,
  type ScoredStep,
  type Snapshot,
} from './train/diagnose.ts';
export { type Doctor, doctor } from './train/doctor.ts';
export type { Watched } from './train/early-stopping.ts';
export type { Evaluation, FleetState, GridView, Score } from './train/fleet.ts';
export {
  checkGradient,
  type GradientCheck,
  type GradientCheckOptions,
  relativeDifference,
} from './train/gradient-check.ts';
export { type LayerStatistics, layerOutputs, layerStatistics, sampleRows } from './train/inspect.ts';
export {
  type Landscape,
  type LandscapeOptions,
  type LandscapeSpan,
  lossLandscape,
  type PathPoint,
} from './train/landscape.ts';
export { keptUnits } from './train/masks.ts';
export { createProduct, type Product } from './train/product.ts';
export type { RecordEntry } from './train/record.ts';
export { type Outcome, type ResultDocument, resultDocument } from './train/result.ts';
export {
  type BackendReport,
  createSession,
  prepareRun,
  type Session,
  type SessionOptions,
  type SessionProgress,
} from './train/session.ts';
export {
  type Best,
  createSweep,
  METRICS,
  type Metric,
  type ModelState,
  type Sweep,
  type SweepInput,
  type SweepOptions,
  type SweepProgress,
  type SweepState,
} from './train/sweep.ts';
export type { TrainOptions } from './train/train.ts';
export type { LayerTensors, Weights } from './train/weights.ts';
