// What the page and its training worker say to each other.

import type {
  BackendReport,
  CanonicalRun,
  Evaluation,
  Finding,
  GridView,
  LayerStatistics,
  Run,
  SweepInput,
  SweepOptions,
} from '../../src/index.ts';
import type { TensorPicture } from './tensor-picture.ts';

export type BackendChoice = NonNullable<SweepOptions['backend']>;

export type Order =
  | { readonly type: 'open'; readonly id: number; readonly job: Job }
  /** Trains on until the end, a pause, or any other order. */
  | { readonly type: 'play'; readonly stepsPerSecond: number | null }
  | { readonly type: 'pause' }
  | { readonly type: 'step'; readonly count: number }
  | { readonly type: 'rewind' }
  /** What the coming frames hold beside the scores; one comes at once where training stands still. */
  | { readonly type: 'watch'; readonly watch: Watch }
  /** Answered between two slices of training, which goes on. */
  | { readonly type: 'take'; readonly id: number; readonly model: number }
  | { readonly type: 'check'; readonly id: number; readonly run: Run; readonly epsilon: number };

/** Parts of a frame that are made only while somebody looks. They are those of the first model. */
export interface Watch {
  /** Weights and gradients of each layer, as pictures. */
  readonly tensors: boolean;
  /** What each unit puts out over the view, and the weights between them. */
  readonly units: boolean;
}

export interface Job {
  /** Groups that train side by side: networks alike, over the same data. Models are numbered through them. */
  readonly groups: readonly SweepInput[];
  readonly backend: BackendChoice;
  /** Texts of the CSV files that the documents name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Frames a second at most. */
  readonly frameRate: number;
  /** Wants pictures of the decision boundary. */
  readonly pictures: boolean;
  /** Part of the plane to draw, instead of one that is fitted to the points. */
  readonly plane?: Pick<GridView, 'x' | 'y'>;
  /** Wants how large things are in each layer. */
  readonly sizes?: boolean;
  /** Wants the units that dropout keeps. */
  readonly kept?: boolean;
  /** Wants to know what is wrong with each network. */
  readonly findings?: boolean;
  /** Points of the curve over the whole run; 0 for none. */
  readonly curvePoints: number;
  /** Wants the loss landscape, with the path on it, whenever training rests. */
  readonly survey?: SurveyKind;
}

/** Every model's scores at one step of the clock, which counts the updates of the group that makes the most. */
export interface Point {
  readonly step: number;
  /** Updates that each model has made itself, [models]. */
  readonly steps: readonly number[];
  /** Training objective, [models]. */
  readonly losses: readonly number[];
  /** [models] */
  readonly scores: readonly Evaluation[];
}

/** Rows to draw: x1, x2 of each in the data's own units, and its class. */
export interface Dots {
  readonly x: Float32Array;
  readonly y: Uint8Array;
}

/** How long a model's own run is. */
export interface Length {
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

export interface Opened {
  readonly backend: BackendReport;
  /** Of the clock. */
  readonly totalSteps: number;
  /** [models] */
  readonly lengths: readonly Length[];
  /** A point of the curve every so many steps, whatever the speed. */
  readonly pointEvery: number;
  /** The documents, with every default filled in and fitted to their data. */
  readonly runs: readonly CanonicalRun[];
  readonly inputs: number;
  /** Number of classes, or null where labels are numbers. */
  readonly classes: number | null;
  /** Part of the plane to draw; null where the data has no plane of classes. */
  readonly view: GridView | null;
  readonly train: Dots | null;
  readonly test: Dots | null;
}

export interface Frame {
  /** Points of the curve since the last frame. */
  readonly points: readonly Point[];
  readonly now: Point;
  /** Each model's outputs over the view, [cells × outputs]; empty without pictures. */
  readonly grids: readonly Float32Array[];
  /** [models][layers]; empty where nobody asked. */
  readonly sizes: readonly (readonly LayerStatistics[])[];
  /** [models]; empty where nobody asked. */
  readonly kept: readonly Kept[];
  /** What is wrong with each network, looked for now and then, [models]; empty where nobody asked. */
  readonly findings: readonly (readonly Finding[])[];
  /** Each layer's weights and gradients; null where nobody looks. */
  readonly tensors: readonly LayerPictures[] | null;
  /** What each unit puts out over the view, layer by layer, [units × cells], at UNIT_CELLS a side; null where nobody looks. */
  readonly units: readonly Float32Array[] | null;
  /** Is the curve to begin again? */
  readonly restart: boolean;
}

/** Which units the next update keeps for one row of its batch, another row at each step. */
export interface Kept {
  /** Place of the row in the batch, from 0. */
  readonly position: number;
  /** Layer by layer, without the output: 1 where a unit is kept. */
  readonly layers: readonly (readonly number[])[];
}

/** `each`: two planes for every model, around it and along its path; `shared`: one along all paths, at the end. */
export type SurveyKind = 'each' | 'shared';

/** Where the weights of one step lie in a plane, how far off it, and their own loss. */
export interface Foot {
  readonly step: number;
  readonly x: number;
  readonly y: number;
  readonly distance: number;
  readonly loss: number;
}

/** A loss landscape, as the library gives it, with the paths on it. */
export interface Ground {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Row by row from the lowest y. */
  readonly losses: Float64Array;
  readonly centre: number;
  readonly paths: readonly (readonly Foot[])[];
  /** The share of the paths' squared distances that lies in the plane. */
  readonly captured: number;
}

export type GroundOrWhy = Ground | { readonly why: string };

export type Survey =
  | {
      readonly step: number;
      readonly kind: 'each';
      readonly around: readonly GroundOrWhy[];
      readonly along: readonly GroundOrWhy[];
    }
  | { readonly step: number; readonly kind: 'shared'; readonly all: GroundOrWhy };

/** How the runs came through the loss of their device. */
export interface Recovery {
  /** The step that they go on from. */
  readonly step: number;
  readonly backend: BackendReport;
  /** What the device said as it went. */
  readonly reason: string;
}

/** A model as files. */
export interface Taken {
  readonly model: number;
  /** Fitted to its data: it says its loss. */
  readonly run: CanonicalRun;
  /** As the command line writes it. */
  readonly result: string;
  /** A safetensors file; null where the weights are not finite. */
  readonly weights: Uint8Array | null;
  /** The rows that it trains on, as CSV. */
  readonly rows: string;
}

/** Cells a side of a unit's picture. */
export const UNIT_CELLS = 32;

export interface LayerPictures {
  readonly weights: TensorPicture;
  /** Null where nobody looks. */
  readonly gradients: TensorPicture | null;
}

/** Slopes of one tensor, by formula and by nudging. */
export interface Slopes {
  readonly analytic: Float64Array;
  readonly numeric: Float64Array;
}

export interface CheckedLayer {
  readonly w: Slopes;
  readonly b: Slopes;
}

export type Report =
  /** The worker turns to a job, however long it will take to open. */
  | { readonly type: 'begun'; readonly id: number }
  | { readonly type: 'opened'; readonly id: number; readonly opened: Opened }
  | { readonly type: 'frame'; readonly id: number; readonly frame: Frame }
  | { readonly type: 'checked'; readonly id: number; readonly layers: readonly CheckedLayer[] }
  | { readonly type: 'taken'; readonly id: number; readonly taken: Taken }
  /** The device was lost; the runs go on from `step`, which was kept, on `backend`. */
  | { readonly type: 'recovered'; readonly id: number; readonly recovery: Recovery }
  /** The part of the landscape's networks that is done. */
  | { readonly type: 'surveying'; readonly id: number; readonly part: number }
  | { readonly type: 'surveyed'; readonly id: number; readonly survey: Survey }
  /** Training stands still, at the end or because it was told to. */
  | { readonly type: 'stopped'; readonly id: number; readonly done: boolean }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly name: string;
      readonly message: string;
      readonly path?: string;
    };
