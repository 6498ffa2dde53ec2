// What a label column means: class numbers, class names or plain numbers.

import { show } from '../spec/checks.ts';
import type { LossName } from '../spec/types.ts';
import { cellsOf, failAt, isMissing, isNumber, type Table } from './csv.ts';

export interface Labels {
  /** Class indices, or the numbers themselves. */
  readonly y: Float64Array;
  /** Number of classes, or null where the labels are plain numbers. */
  readonly classes: number | null;
  /** In order of their index, where the labels are text. */
  readonly classNames: readonly string[] | null;
}

const USE = 'data.label';

function labelCells(table: Table, column: string): string[] {
  const cells = cellsOf(table, column, USE);
  const missing = cells.findIndex(isMissing);
  if (missing >= 0) {
    const came = cells[missing] === '' ? 'the label is missing' : `${show(cells[missing])} stands for a missing label`;
    failAt(table, missing, column, `${came}. Allowed: a label in every row. Fill it in or remove the line.`);
  }
  return cells;
}

function checkSeveral(table: Table, column: string, distinct: readonly string[]): void {
  if (distinct.length > 1) return;
  const came = `every label is ${show(distinct[0])}`;
  failAt(table, 0, column, `${came}. Allowed: two classes or more. Add rows of another class, or name another column.`);
}

function textLabels(table: Table, column: string, cells: readonly string[], loss: LossName | undefined): Labels {
  const number = cells.findIndex(isNumber);
  if (number >= 0) {
    const came = `the column mixes numbers and text: here ${show(cells[number])}, elsewhere text`;
    failAt(table, number, column, `${came}. Allowed: all numbers or all text. Write them alike.`);
  }
  if (loss === 'meanSquaredError') {
    const came = `${show(cells[0])} is text`;
    failAt(
      table,
      0,
      column,
      `${came}, but loss "meanSquaredError" takes numbers. Name another column or another loss.`,
    );
  }
  const classNames = [...new Set(cells)].sort();
  checkSeveral(table, column, classNames);
  return indicesOf(table, column, cells, classNames);
}

/** Classes by name; `classNames` holds all of them. */
function indicesOf(table: Table, column: string, cells: readonly string[], classNames: readonly string[]): Labels {
  const y = Float64Array.from(cells, (cell, row) => {
    const index = classNames.indexOf(cell);
    if (index >= 0) return index;
    const known = classNames.join(', ');
    return failAt(
      table,
      row,
      column,
      `class ${show(cell)} does not occur in training. Classes: ${known}. Rename or remove it.`,
    );
  });
  return { y, classes: classNames.length, classNames };
}

/** Whole numbers that are exactly 0 … C−1 are classes; any others would be a guess. */
function checkCountFromZero(table: Table, column: string, y: Float64Array): number {
  const present = new Set(y);
  const stray = y.findIndex((value) => value < 0 || value >= present.size);
  if (stray >= 0) {
    const came = `${y[stray]} is one of ${present.size} whole numbers that are not 0 to ${present.size - 1}`;
    const remedy =
      'Number the classes from 0, write them as text, or for plain numbers set "loss": "meanSquaredError".';
    failAt(table, stray, column, `${came}. Allowed: classes 0, 1, … without a gap. ${remedy}`);
  }
  return present.size;
}

/**
 * Labels of the training file: text and whole numbers 0 … C−1 are classes, other numbers are targets, and with
 * meanSquaredError all numbers are.
 *
 * @throws DataError at the first label that does not fit, or where there is one class only.
 */
export function readLabels(table: Table, column: string, loss: LossName | undefined): Labels {
  const cells = labelCells(table, column);
  if (!cells.every(isNumber)) return textLabels(table, column, cells, loss);
  const y = Float64Array.from(cells, Number);
  if (loss === 'meanSquaredError' || !y.every(Number.isInteger)) return { y, classes: null, classNames: null };
  checkSeveral(table, column, [...new Set(y)].map(String));
  return { y, classes: checkCountFromZero(table, column, y), classNames: null };
}

/** Labels of the test file, which must mean the same. @throws DataError for a class that training does not have. */
export function readTestLabels(table: Table, column: string, train: Labels): Float64Array {
  const cells = labelCells(table, column);
  if (train.classNames) return indicesOf(table, column, cells, train.classNames).y;
  return Float64Array.from(cells, (cell, row) => {
    if (!isNumber(cell))
      failAt(table, row, column, `${show(cell)} is not a number, but the training labels are. Write a number.`);
    const value = Number(cell);
    const { classes } = train;
    if (classes !== null && !(Number.isInteger(value) && value >= 0 && value < classes)) {
      failAt(
        table,
        row,
        column,
        `class ${cell} does not occur in training. Classes: 0 to ${classes - 1}. Renumber or remove it.`,
      );
    }
    return value;
  });
}
