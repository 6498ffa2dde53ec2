// CSV text → named columns of cells → numbers. Whatever is wrong is a DataError at file:line:column, where column counts
// the cells of the line from 1. Papa Parse (MIT) takes the cells apart.

import Papa from 'papaparse';
import { DataError } from '../core/errors.ts';
import { show } from '../spec/checks.ts';
import { suggest } from '../spec/suggest.ts';

export interface Table {
  /** The name that messages use. */
  readonly file: string;
  readonly columns: readonly string[];
  /** Cells without the spaces around them; every row has one for each column. */
  readonly rows: readonly (readonly string[])[];
  /** The line that each row begins on; the header may be line 1. */
  readonly lines: readonly number[];
}

interface Line {
  readonly cells: string[];
  readonly line: number;
}

const DELIMITERS = [',', ';', '\t', '|'];
const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '?']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a file that is no text contains
const NOT_TEXT = /[\0-\x08\x0e-\x1f\ufffd]/;

function fail(where: string, message: string): never {
  throw new DataError(where, message);
}

/** file:line:column of a cell, with the column's name. */
export function failAt(table: Table, row: number, column: string, message: string): never {
  const place = `${table.file}:${table.lines[row]}:${table.columns.indexOf(column) + 1}`;
  return fail(place, `column ${show(column)}: ${message}`);
}

export function isMissing(cell: string): boolean {
  return MISSING.has(cell.toLowerCase());
}

export function isNumber(cell: string): boolean {
  return NUMBER.test(cell) && Number.isFinite(Number(cell));
}

function checkIsText(text: string, file: string): void {
  const at = text.search(NOT_TEXT);
  if (at === -1) return;
  const before = text.slice(0, at).split('\n');
  const place = `${file}:${before.length}:${(before.at(-1) as string).length + 1}`;
  const code = text.charCodeAt(at).toString(16).padStart(4, '0').toUpperCase();
  fail(place, `the character U+${code} does not occur in text. Allowed: CSV in UTF-8. Save the table as CSV (UTF-8).`);
}

/** The delimiter that stands most often in the first line that is not blank, outside quotes; a comma where none does. */
function delimiterOf(text: string): string {
  const header = /^[^\S\n]*\S.*$/m.exec(text)?.[0].replace(/"[^"]*"/g, '') ?? '';
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] as string;
}

/** Every line with its number; a cell in quotes may hold line ends, so a row may take several. Blank lines are dropped. */
function readLines(text: string, file: string): Line[] {
  const { data, errors } = Papa.parse<string[]>(text, { newline: '\n', delimiter: delimiterOf(text) });
  const quotes = errors.find((error) => error.type === 'Quotes');
  const lines: Line[] = [];
  let line = 1;
  data.forEach((cells, i) => {
    if (quotes && quotes.row === i) {
      const came =
        quotes.code === 'MissingQuotes' ? 'a quote is opened and never closed' : 'a quote is followed by text';
      fail(`${file}:${line}`, `${came}. Allowed: "a cell in quotes", with "" for a quote inside. Repair the quotes.`);
    }
    const blank = cells.length === 1 && cells[0]?.trim() === '';
    if (!blank) lines.push({ cells: cells.map((cell) => cell.trim()), line });
    line += 1 + cells.reduce((count, cell) => count + cell.split('\n').length - 1, 0);
  });
  return lines;
}

function checkHeader({ cells, line }: Line, file: string): void {
  if (cells.every(isNumber)) {
    fail(
      `${file}:${line}`,
      'holds numbers where the header should be. Write the names of the columns in the first line.',
    );
  }
  cells.forEach((name, i) => {
    const place = `${file}:${line}:${i + 1}`;
    if (name === '') fail(place, 'the column has no name. Allowed: one name for each column. Name it or remove it.');
    const first = cells.indexOf(name);
    if (first < i) {
      fail(
        place,
        `the name ${show(name)} is already that of column ${first + 1}. Allowed: different names. Rename one.`,
      );
    }
  });
}

const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

function checkWidth({ cells, line }: Line, columns: readonly string[], file: string): void {
  if (cells.length === columns.length) return;
  const came = `the line has ${counted(cells.length, 'cell')} but the header ${counted(columns.length, 'column')}`;
  const remedy =
    cells.length > columns.length ? 'Put quotes around cells that contain the delimiter' : 'Add what is missing';
  const column = Math.min(cells.length, columns.length) + 1;
  fail(`${file}:${line}:${column}`, `${came}. Allowed: one cell for each column. ${remedy}, or remove the line.`);
}

/** @throws DataError where `text` is not a table with a header and at least one row. */
export function parseCsv(text: string, file: string): Table {
  const plain = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  checkIsText(plain, file);
  const [header, ...body] = readLines(plain, file);
  if (!header) fail(`${file}:1`, 'the file is empty. Allowed: a line of column names and a line for each example.');
  checkHeader(header, file);
  const columns = header.cells;
  if (body.length === 0)
    fail(`${file}:${header.line + 1}`, 'there are no rows after the header. Add one for each example.');
  for (const line of body) checkWidth(line, columns, file);
  return { file, columns, rows: body.map((each) => each.cells), lines: body.map((each) => each.line) };
}

/** The place of a column, by name. @throws DataError naming the columns that there are. */
export function columnIndex(table: Table, name: string, use: string): number {
  const index = table.columns.indexOf(name);
  if (index >= 0) return index;
  const nearest = suggest(name, table.columns);
  const remedy =
    nearest === undefined ? `Name one of these as ${use}, or add the column` : `Did you mean ${show(nearest)}?`;
  const end = nearest === undefined ? '.' : '';
  return fail(
    `${table.file}:1`,
    `there is no column ${show(name)}. Columns: ${table.columns.join(', ')}. ${remedy}${end}`,
  );
}

/** The cells of one column, top to bottom. */
export function cellsOf(table: Table, column: string, use: string): string[] {
  const index = columnIndex(table, column, use);
  return table.rows.map((cells) => cells[index] as string);
}

function checkCell(table: Table, row: number, column: string, cell: string): void {
  if (isNumber(cell)) return;
  if (isMissing(cell)) {
    const came = cell === '' ? 'the value is missing' : `${show(cell)} stands for a missing value`;
    failAt(table, row, column, `${came}. Allowed: a number in every cell. Fill it in or remove the line.`);
  }
  const remedy = /^[+-]?\d+,\d+$/.test(cell)
    ? `Write a decimal point: ${cell.replace(',', '.')}.`
    : `Write it as a number, or leave the column out: "omit": [${show(column)}] in data.`;
  failAt(
    table,
    row,
    column,
    `${show(cell)} is not a number. Allowed: finite decimal numbers such as -1.5e3. ${remedy}`,
  );
}

/** The named columns as numbers, [rows × columns]. @throws DataError at the first cell that is not one. */
export function numbersOf(table: Table, columns: readonly string[]): Float64Array {
  const out = new Float64Array(table.rows.length * columns.length);
  const places = columns.map((name) => columnIndex(table, name, 'input'));
  table.rows.forEach((cells, row) => {
    places.forEach((place, j) => {
      const cell = cells[place] as string;
      checkCell(table, row, columns[j] as string, cell);
      out[row * columns.length + j] = Number(cell);
    });
  });
  return out;
}
