// Weights as a safetensors file: an 8-byte header length, a JSON header, then the raw little-endian tensors.
// Format: https://github.com/huggingface/safetensors, README "Format". Names and shapes are PyTorch's: layers.0.weight [fanOut, fanIn].

import { DataError } from '../core/errors.ts';
import type { Reals } from '../core/shape.ts';
import type { LoadedDataset } from '../data/load.ts';
import type { CanonicalRun, Run } from '../spec/types.ts';
import { validate } from '../spec/validate.ts';

/** What a file needs beside the tensors to predict with them. */
export interface Model {
  readonly run: CanonicalRun;
  readonly weights: readonly { readonly w: Reals; readonly b: Reals; readonly shape: readonly [number, number] }[];
  /** Columns of x, where a CSV named them. */
  readonly columns: readonly string[] | null;
  readonly classNames: readonly string[] | null;
  readonly scaling: { readonly mean: readonly number[]; readonly deviation: readonly number[] } | null;
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** The weights, with the canonical run and what rows need in the metadata. */
export function toSafetensors(
  weights: Model['weights'],
  run: CanonicalRun,
  data: Pick<LoadedDataset, 'columns' | 'classNames' | 'scaling'>,
): Uint8Array {
  const tensors = weights.flatMap(({ w, b, shape }, l): [string, Reals, number[]][] => [
    [`layers.${l}.weight`, w, [...shape]],
    [`layers.${l}.bias`, b, [shape[0]]],
  ]);
  const scaling = data.scaling && { mean: [...data.scaling.mean], deviation: [...data.scaling.deviation] };
  const about = { columns: data.columns, classNames: data.classNames, scaling };
  const metadata = { format: 'basin', run: JSON.stringify(withoutRows(run)), data: JSON.stringify(about) };
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, values, shape] of tensors) {
    const dtype = values instanceof Float64Array ? 'F64' : 'F32';
    header[name] = { dtype, shape, data_offsets: [end, end + values.byteLength] } satisfies Entry;
    end += values.byteLength;
  }
  return assemble(
    header,
    tensors.map(([, values]) => values),
    end,
  );
}

/** Inline rows, masks, batches and start weights are training material; a model file says how the network is built. */
function withoutRows(run: CanonicalRun): CanonicalRun {
  const { weights: _, ...init } = run.init;
  const layers = run.layers.map(({ dropMasks: _masks, ...layer }) => ({ ...layer, dropRate: 0 }));
  const scheme = init.scheme === 'given' ? 'zeros' : init.scheme;
  const network = { ...run, layers, init: { ...init, scheme } };
  if (!('x' in run.data)) return network;
  const { earlyStopping: _stopping, ...rest } = network;
  const data = { x: [run.data.x[0]!], y: [run.data.y[0]!] };
  return { ...rest, data, batch: { ...run.batch, order: 'sequential' } } as CanonicalRun;
}

function assemble(header: Record<string, unknown>, tensors: readonly Reals[], bodyBytes: number): Uint8Array {
  const json = JSON.stringify(header);
  // The body starts at a multiple of 8 so that it can be mapped in place.
  const padded = new TextEncoder().encode(json.padEnd(json.length + ((8 - (byteLength(json) % 8)) % 8)));
  const file = new Uint8Array(8 + padded.length + bodyBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded.length), true);
  file.set(padded, 8);
  let offset = 8 + padded.length;
  for (const values of tensors) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return file;
}

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/**
 * Reads a file that `toSafetensors` wrote.
 *
 * @param where the file's name, for messages.
 * @throws DataError when it is damaged, or was not written by Basin.
 */
export function fromSafetensors(file: Uint8Array, where: string): Model {
  try {
    return readModel(file, where);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(where, `is damaged: ${(error as Error).message} Save the model again.`);
  }
}

function readModel(file: Uint8Array, where: string): Model {
  const { header, body } = splitHeader(file, where);
  const metadata = header.__metadata__ as Record<string, string> | undefined;
  if (metadata?.format !== 'basin' || !metadata.run) {
    throw new DataError(where, 'has no Basin run in its metadata. Use a file that `basin run --save` wrote.');
  }
  const run = validate(JSON.parse(metadata.run) as Run);
  const about = JSON.parse(metadata.data ?? '{}') as Pick<Model, 'columns' | 'classNames' | 'scaling'>;
  const weights = run.layers.map((layer, l) => {
    const w = tensor(header, body, `layers.${l}.weight`, where);
    const b = tensor(header, body, `layers.${l}.bias`, where);
    return { w: w.values, b: b.values, shape: [layer.units, w.shape[1]!] as const };
  });
  return {
    run,
    weights,
    columns: about.columns ?? null,
    classNames: about.classNames ?? null,
    scaling: about.scaling ?? null,
  };
}

function splitHeader(file: Uint8Array, where: string): { header: Record<string, unknown>; body: Uint8Array } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = file.byteLength >= 8 ? Number(view.getBigUint64(0, true)) : Number.NaN;
  if (!(length > 0 && 8 + length <= file.byteLength)) {
    throw new DataError(where, 'is not a safetensors file: its header length does not fit. Is it cut off?');
  }
  try {
    const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length)));
    return { header, body: file.subarray(8 + length) };
  } catch (cause) {
    throw new DataError(where, `is not a safetensors file: ${(cause as Error).message}.`);
  }
}

function tensor(
  header: Record<string, unknown>,
  body: Uint8Array,
  name: string,
  where: string,
): { values: Reals; shape: number[] } {
  const entry = header[name] as Entry | undefined;
  if (!entry) throw new DataError(where, `has no tensor ${name}, which its run needs.`);
  // A copy at offset 0, whatever the bytes lie in: Node's Buffer would slice without copying.
  const bytes = Uint8Array.from(body.subarray(...entry.data_offsets));
  const size = entry.dtype === 'F64' ? 8 : 4;
  const length = entry.shape.reduce((product, n) => product * n, 1);
  if (bytes.byteLength !== length * size) throw new DataError(where, `${name} is cut off.`);
  return {
    values: entry.dtype === 'F64' ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer),
    shape: entry.shape,
  };
}
