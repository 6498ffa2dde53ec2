// `basin predict`: a model file and a CSV in, predictions as CSV out.

import { resolve } from 'node:path';
import { DataError } from '../core/errors.ts';
import { columnIndex, numbersOf, parseCsv, type Table } from '../data/csv.ts';
import { fromSafetensors, type Model } from '../io/safetensors.ts';
import { createPredictor, type Outputs } from '../train/predict.ts';
import { positionals, readArguments } from './args.ts';
import { readBytes } from './documents.ts';
import { EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { csvField } from './text.ts';

export async function predictCommand(argv: readonly string[], io: Io): Promise<number> {
  const { positionals: given } = readArguments(argv, {}, 'basin predict');
  const [modelName, rowsName] = positionals(given, ['MODEL.safetensors', 'ROWS.csv'], 'basin predict') as [
    string,
    string,
  ];
  const model = fromSafetensors(await readBytes(resolve(io.cwd, modelName), modelName), modelName);
  const rows = await readRows(io, rowsName);
  const predictor = await createPredictor(model);
  const columns = columnsOf(model, predictor.inputs, rows);
  const predictions = await predictor.predict(numbersOf(rows, columns));
  const { units } = predictor.outputs;
  const lines = rows.rows.map((_, r) =>
    fields(predictions.subarray(r * units, (r + 1) * units), predictor.outputs, model.classNames),
  );
  const all = [header(predictor.outputs, model.classNames), ...lines];
  await io.stdout(all.map((line) => `${line.map(csvField).join(',')}\n`).join(''));
  return EXIT.done;
}

async function readRows(io: Io, name: string): Promise<Table> {
  if (name === '-') return parseCsv(await io.readStdin(), 'standard input');
  return parseCsv(new TextDecoder().decode(await readBytes(resolve(io.cwd, name), name)), name);
}

/** The columns of x: by name where the model knows them; else all but the label, as many as the network has inputs. */
function columnsOf({ run, columns }: Model, inputs: number, rows: Table): readonly string[] {
  if (columns) {
    for (const column of columns) columnIndex(rows, column, 'an input of the model');
    return columns;
  }
  const label = 'label' in run.data ? run.data.label : 'label';
  const usable = rows.columns.filter((column) => column !== label);
  if (usable.length === inputs) return usable;
  throw new DataError(
    `${rows.file}:1`,
    `has ${usable.length} columns of inputs (${usable.join(', ')}), but the model takes ${inputs}. ` +
      `Allowed: ${inputs} columns in the order of training, and a column "${label}", which is ignored. Correct the columns.`,
  );
}

const className = (classNames: readonly string[] | null, index: number) => classNames?.[index] ?? String(index);

/** A probability for each class, then the class; or the values. */
function header({ units, classes }: Outputs, classNames: readonly string[] | null): string[] {
  if (classes === null) return units === 1 ? ['value'] : Array.from({ length: units }, (_, o) => `value${o + 1}`);
  return [...Array.from({ length: classes }, (_, c) => `p(${className(classNames, c)})`), 'class'];
}

function fields(row: Float32Array | Float64Array, outputs: Outputs, classNames: readonly string[] | null): string[] {
  // f32 values have nine digits that matter.
  const write = (value: number) => String(row instanceof Float32Array ? Number(value.toPrecision(9)) : value);
  if (!outputs.classOf) return Array.from(row, write);
  const probabilities = outputs.units === 1 ? [1 - row[0]!, row[0]!] : Array.from(row);
  return [...probabilities.map(write), className(classNames, outputs.classOf(row))];
}
