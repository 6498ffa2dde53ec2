import { describe, expect, test } from 'vitest';
import { DataError } from '../../src/core/errors.ts';
import { numbersOf, parseCsv } from '../../src/data/csv.ts';
import { readLabels, readTestLabels } from '../../src/data/labels.ts';

/** Inputs and labels, as loading a training file reads them. */
function read(text: string, label = 'label') {
  const table = parseCsv(text, 'train.csv');
  const labels = readLabels(table, label, undefined);
  const columns = table.columns.filter((name) => name !== label);
  return { columns, x: Array.from(numbersOf(table, columns)), labels, lines: table.lines };
}

function errorOf(act: () => unknown): DataError {
  try {
    act();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('files that are fine', () => {
  const expected = { columns: ['x1', 'x2'], x: [1.5, -2, 0.25, 3e-4] };

  test.each([
    ['commas', 'x1,x2,label\n1.5,-2,0\n.25,3e-4,1\n'],
    ['semicolons', 'x1;x2;label\n1.5;-2;0\n.25;3e-4;1\n'],
    ['tabs', 'x1\tx2\tlabel\n1.5\t-2\t0\n.25\t3e-4\t1\n'],
    ['bars', 'x1|x2|label\n1.5|-2|0\n.25|3e-4|1\n'],
    ['a byte order mark', '\ufeffx1,x2,label\n1.5,-2,0\n.25,3e-4,1\n'],
    ['quoted headers and cells', '"x1","x2","label"\n"1.5","-2","0"\n".25","3e-4","1"\n'],
    ['Windows line ends, no last one', 'x1,x2,label\r\n1.5,-2,0\r\n.25,3e-4,1'],
    ['blank lines and spaces', '\nx1, x2 ,label\n\n 1.5,-2 , 0\n.25,3e-4,1\n\n'],
    ['the label in front', 'label,x1,x2\n0,1.5,-2\n1,.25,3e-4\n'],
  ])('%s', (_, text) => {
    const { columns, x, labels } = read(text);
    expect({ columns, x }).toEqual(expected);
    expect(labels).toEqual({ y: Float64Array.of(0, 1), classes: 2, classNames: null });
  });

  test('a header with the delimiter in quotes', () => {
    expect(read('"height, cm",label\n170,0\n180,1\n').columns).toEqual(['height, cm']);
  });

  test('two columns between semicolons', () => {
    expect(read('"a,b";label\n1;0\n2;1\n').x).toEqual([1, 2]);
  });

  test('rows know their line, past blank lines and line ends in quotes', () => {
    expect(read('x,label\n1,"a\nb"\n\n2,c\n3,"a\nb"').lines).toEqual([2, 5, 6]);
  });
});

describe('what labels mean', () => {
  const label = (...cells: string[]) => parseCsv(`x,y\n${cells.map((cell) => `0,${cell}`).join('\n')}`, 'train.csv');

  test('text is a class, names sorted', () => {
    const labels = readLabels(label('setosa', 'iris', 'setosa', 'virginica'), 'y', undefined);
    expect(labels).toEqual({ y: Float64Array.of(1, 0, 1, 2), classes: 3, classNames: ['iris', 'setosa', 'virginica'] });
  });

  test('0 … C−1 are class indices, also when written 1.0', () => {
    expect(readLabels(label('2', '0', '1.0'), 'y', undefined).classes).toBe(3);
  });

  test('other numbers are targets; with meanSquaredError all numbers are', () => {
    const targets = { y: Float64Array.of(0, 1.5), classes: null, classNames: null };
    expect(readLabels(label('0', '1.5'), 'y', undefined)).toEqual(targets);
    expect(readLabels(label('0', '1', '7'), 'y', 'meanSquaredError').classes).toBeNull();
  });

  test('test labels keep the indices of training', () => {
    const train = readLabels(label('b', 'a', 'c'), 'y', undefined);
    expect(Array.from(readTestLabels(label('c', 'c', 'b'), 'y', train))).toEqual([2, 2, 1]);
  });
});

// Each: what is wrong, the file, where the message points, and words that it must contain.
const BROKEN: [string, string, string, string[]][] = [
  ['an empty file', '', 'train.csv:1', ['empty']],
  ['only blank lines', '\n\n', 'train.csv:1', ['empty']],
  ['a header alone', 'x1,label\n', 'train.csv:2', ['no rows']],
  ['no header', '1,2\n3,4\n', 'train.csv:1', ['header', 'names of the columns']],
  [
    'a missing label column',
    'x1,x2,labels\n1,2,0\n',
    'train.csv:1',
    ['"label"', 'x1, x2, labels', 'Did you mean "labels"?'],
  ],
  ['a header twice', 'x1,label,x1\n1,0,2\n', 'train.csv:1:3', ['"x1"', 'column 1']],
  ['a column without a name', ',x1,label\n1,2,0\n', 'train.csv:1:1', ['no name']],
  ['text among numbers', 'x1,x2,label\n1,2,0\n3,four,1\n', 'train.csv:3:2', ['"x2"', '"four" is not a number']],
  ['a decimal comma', 'x1;label\n1,5;0\n2;1\n', 'train.csv:2:1', ['1.5']],
  ['a hexadecimal number', 'x1,label\n0x10,0\n2,1\n', 'train.csv:2:1', ['"0x10"']],
  ['a number beyond a double', 'x1,label\n1e999,0\n2,1\n', 'train.csv:2:1', ['"1e999"', 'finite']],
  ['infinity', 'x1,label\n1,0\nInfinity,1\n', 'train.csv:3:1', ['"Infinity"']],
  ['a missing value', 'x1,x2,label\n1,,0\n3,4,1\n', 'train.csv:2:2', ['missing', 'remove the line']],
  ['NaN for a missing value', 'x1,x2,label\n1,2,0\n3,NaN,1\n', 'train.csv:3:2', ['"NaN"', 'missing']],
  ['a missing label', 'x1,label\n1,0\n2,\n3,1\n', 'train.csv:3:2', ['label is missing']],
  ['a short line, after a blank one', 'x1,x2,label\n1,2,0\n\n3,4\n', 'train.csv:4:3', ['2 cells', '3 columns']],
  ['a long line', 'x1,label\n1,0\n2,1,9\n', 'train.csv:3:3', ['3 cells', '2 columns', 'quotes']],
  ['one class only', 'x1,label\n1,0\n2,0\n', 'train.csv:2:2', ['"0"', 'two classes']],
  ['one class of text only', 'x1,label\n1,cat\n2,cat\n', 'train.csv:2:2', ['"cat"', 'two classes']],
  ['labels that mix numbers and text', 'x1,label\n1,a\n2,0\n', 'train.csv:3:2', ['mixes', '"0"']],
  ['class numbers from 1', 'x1,label\n1,1\n2,2\n', 'train.csv:3:2', ['2 is one of 2', 'from 0', 'meanSquaredError']],
  ['class −1', 'x1,label\n1,1\n2,-1\n', 'train.csv:3:2', ['-1 is one of 2']],
  ['an open quote', 'x1,label\n1,0\n"2,1\n3,0\n', 'train.csv:3', ['never closed']],
  ['text after a quote', 'x1,label\n1,0\n"2"x,1\n', 'train.csv:3', ['quote']],
  ['binary junk', 'PK\u0003\u0004,label\n1,0\n', 'train.csv:1:3', ['U+0003', 'UTF-8']],
  ['bytes that are no UTF-8', 'x1,label\n1,caf\ufffd\n', 'train.csv:2:6', ['U+FFFD', 'UTF-8']],
];

describe('files that are broken', () => {
  test.each(BROKEN)('%s', (_, text, where, words) => {
    const error = errorOf(() => read(text));
    expect(error.where).toBe(where);
    expect(error.message.startsWith(`${where}: `)).toBe(true);
    for (const word of words) expect(error.message).toContain(word);
  });

  test('text labels for a loss over numbers', () => {
    const table = parseCsv('x,y\n1,a\n2,b\n', 'train.csv');
    const error = errorOf(() => readLabels(table, 'y', 'meanSquaredError'));
    expect(error.message).toContain(
      'train.csv:2:2: column "y": "a" is text, but loss "meanSquaredError" takes numbers.',
    );
  });

  test.each([
    ['a\nb', 'd', 'class "d" does not occur in training. Classes: a, b.'],
    ['0\n1', '2', 'class 2 does not occur in training. Classes: 0 to 1.'],
    ['0\n1', 'a', '"a" is not a number, but the training labels are.'],
  ])('a test label that training does not have: %j, %s', (train, stray, words) => {
    const table = (cells: string, file: string) => parseCsv(`y,x\n${cells.replace(/$/gm, ',0')}`, file);
    const labels = readLabels(table(train, 'train.csv'), 'y', undefined);
    const error = errorOf(() => readTestLabels(table(stray, 'test.csv'), 'y', labels));
    expect(error.message).toContain(`test.csv:2:1: column "y": ${words}`);
  });
});
