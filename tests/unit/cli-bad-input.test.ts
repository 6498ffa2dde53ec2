// Whatever is wrong with a command line, a document or a CSV: exit 2, nothing on stdout, and a message to act on.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { basin, folderWith } from '../support/cli.ts';

const good = { basin: 1, data: { name: 'circles' }, layers: [{ units: 4 }, { units: 1 }], steps: 10 };

async function expectRefused(argv: readonly string[], message: string, io: Parameters<typeof basin>[1] = {}) {
  const { code, stdout, stderr } = await basin(argv, io);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.startsWith('basin: ')).toBe(true);
  expect(stderr).toContain(message);
}

describe('documents that are not JSON, by line and column', () => {
  test.each([
    ['', 'run.json:1:1: is empty'],
    ['{ "basin": 1,\n  "steps": 10,\n}', 'run.json:2:14: is not JSON: found a comma before }: remove it'],
    ['{ "basin": 1 // first\n}', 'run.json:1:14: is not JSON: found a comment. JSON has none'],
    ["{ 'basin': 1 }", 'run.json:1:3: is not JSON: found "\'" where a key should be: keys need double quotes'],
    ['{ "basin": 1\n"steps": 2 }', 'run.json:2:1: is not JSON: found """ where a comma or } should be'],
    ['{ "basin": 1', 'run.json:1:13: is not JSON: found the text ends where a comma or } should be'],
    ['{ "l2": .5 }', 'run.json:1:9: is not JSON: found "." where a value should be'],
    ['{ "l2": 1e }', 'run.json:1:9: is not JSON: found a number that JSON does not know'],
    ['{ "a": True }', 'run.json:1:8: is not JSON: found True where a value should be: write true'],
    ['{ "a": NaN }', 'run.json:1:8: is not JSON: found NaN where a value should be'],
    ['{ "a": "x\n" }', 'run.json:1:10: is not JSON: found a string that is not closed on its line'],
    ['{ "a": "C:\\data" }', 'run.json:1:11: is not JSON: found a backslash'],
    ['{} {}', 'run.json:1:4: is not JSON: found "{" after the end of the document'],
    ['basin: 1', 'run.json:1:1: is not JSON: found basin where a value should be'],
  ])('%j', async (text, message) => {
    await expectRefused(['run', 'run.json'], message, { cwd: folderWith({ 'run.json': text }) });
  });

  // The scanner decides nothing: only what JSON.parse refuses is scanned.
  test('a mark at the beginning of the file is no harm', async () => {
    const cwd = folderWith({ 'run.json': `\ufeff${JSON.stringify(good)}` });
    expect((await basin(['run', 'run.json', '--backend', 'cpu'], { cwd })).code).toBe(0);
  });
});

describe('run documents, by file and path', () => {
  test.each([
    [[], 'run.json: run: [] is not an object'],
    [{}, 'run.json: basin: is missing'],
    [{ ...good, basin: 2 }, 'run.json: basin: 2 is not a format this version reads'],
    [{ ...good, stepz: 5 }, 'run.json: stepz: "stepz" is not a key of a run document'],
    [{ ...good, steps: -1 }, 'run.json: steps: -1 is outside'],
    [{ ...good, epochs: 5 }, 'run.json: epochs: 5 given together with steps'],
    [{ ...good, layers: [] }, 'run.json: layers: the list is empty'],
    [
      { ...good, layers: [{ units: 4, dropRate: 1.2 }, { units: 1 }] },
      'run.json: layers[0].dropRate: 1.2 is outside [0, 1)',
    ],
    [{ ...good, layers: [{ units: 4, activation: 'rely' }, { units: 1 }] }, 'Did you mean "relu"?'],
    [{ ...good, layers: [{ units: 3 }], loss: 'sigmoidCrossEntropy' }, 'run.json: layers[0].units: 3 outputs with'],
    [{ ...good, data: { name: 'circle' } }, 'Did you mean "circles"?'],
    [{ ...good, optimizer: { name: 'sgd', lr: 0.1 } }, 'run.json: optimizer.lr: "lr" is not a key'],
    [
      { ...good, optimizer: { name: 'adam', learningRate: '0.1' } },
      'run.json: optimizer.learningRate: "0.1" is not a number',
    ],
    [{ ...good, batch: { size: 0 } }, 'run.json: batch.size: 0'],
    [{ ...good, earlyStopping: { patience: 3 } }, 'run.json: earlyStopping: needs rows to watch'],
    [{ ...good, data: { x: [[1], [2, 3]], y: [0, 1] } }, 'run.json: data.x[1]: has 2 numbers'],
    [{ ...good, data: { x: [[1], [2]], y: [0] } }, 'run.json: data.y: has 1 labels for 2 rows'],
    [{ ...good, init: { scheme: 'given' } }, 'run.json: init.weights: is missing'],
  ])('%j', async (document, message) => {
    await expectRefused(['run', 'run.json'], message, { cwd: folderWith({ 'run.json': document }) });
  });

  test('from standard input', async () => {
    await expectRefused(['run', '-'], 'standard input: l2: -1 is outside', {
      stdin: JSON.stringify({ ...good, l2: -1 }),
    });
  });

  test('the file on the command line is a folder, or is not there', async () => {
    const cwd = folderWith();
    mkdirSync(join(cwd, 'runs'));
    await expectRefused(['run', 'runs'], 'runs: is a folder', { cwd });
    await expectRefused(['run', 'absent.json'], `absent.json: there is no such file (${join(cwd, 'absent.json')})`, {
      cwd,
    });
  });
});

describe('sweep documents', () => {
  test.each([
    [{ base: good }, 'sweep.json: vary: is missing'],
    [{ base: 'start/circle', vary: { l2: [0] } }, 'sweep.json: base: "start/circle" is not a preset'],
    [{ base: { ...good, l2: -1 }, vary: { l2: [0] } }, 'sweep.json: base.l2: -1 is outside'],
    [{ base: good, vary: { 'optimizer.learningRat': [0] } }, 'sweep.json: vary.optimizer.learningRat: '],
    [{ base: good, models: [{ l2: 0 }, { steps: 5 }] }, 'sweep.json: models[1].steps: "steps" is not a key of a model'],
    [{ base: good, models: [] }, 'sweep.json: models: the list is empty'],
    [
      { base: good, vary: { l2: [0, 1] }, search: { halving: 3 } },
      'sweep.json: search.halving: 3 of 2 models leaves none',
    ],
    [
      { base: { ...good, steps: 10 }, vary: { l2: [0, 1] }, search: { halving: 2, minSteps: 6 } },
      'sweep.json: search.minSteps: 6 of 10 steps leaves no rung before the end. Allowed: at most 5',
    ],
  ])('%j', async (document, message) => {
    await expectRefused(['sweep', 'sweep.json'], message, { cwd: folderWith({ 'sweep.json': document }) });
  });
});

describe('CSV files, by line and column', () => {
  const rows = (...lines: string[]) => `a,b,y\n1,2,no\n2,1,yes\n${lines.map((line) => `${line}\n`).join('')}`;
  const data = { csv: 'data.csv', label: 'y' };

  test.each([
    ['text in a column of numbers', rows('3,x,no'), {}, 'data.csv:4:2: column "b": "x" is not a number'],
    ['a cell that is empty', rows('3,,no'), {}, 'data.csv:4:2: column "b": the value is missing'],
    ['a decimal comma', rows('"3,5",1,no'), {}, 'data.csv:4:1: column "a": "3,5" is not a number'],
    ['a cell too few', rows('3,1'), {}, 'data.csv:4:3: the line has 2 cells but the header 3 columns'],
    ['a cell too many', rows('3,1,no,1'), {}, 'data.csv:4:4: the line has 4 cells'],
    ['a label that is missing', rows('3,1,'), {}, 'data.csv:4:3: column "y": the label is missing'],
    ['a label of another kind', rows('3,1,7'), {}, 'data.csv:4:3: column "y": the column mixes numbers and text'],
    ['a quote that never closes', rows('3,"1,no'), {}, 'data.csv:4: a quote is opened and never closed'],
    ['no header', '1,2,3\n4,5,6\n', {}, 'data.csv:1: holds numbers where the header should be'],
    ['two columns of one name', 'a,a,y\n1,2,no\n', {}, 'data.csv:1:2: the name "a" is already that of column 1'],
    ['no rows', 'a,b,y\n', {}, 'data.csv:2: there are no rows after the header'],
    ['nothing at all', '', {}, 'data.csv:1: the file is empty'],
    ['one class only', 'a,b,y\n1,2,no\n2,3,no\n', {}, 'every label is "no"'],
    ['a label column that is not there', rows(), { label: 'z' }, 'data.csv:1: there is no column "z"'],
    ['a file that is not there', rows(), { csv: 'other.csv' }, 'other.csv: cannot be read'],
    ['not text', 'a,b,y\n1,\u0001,no\n', {}, 'data.csv:2:3: the character U+0001 does not occur in text'],
  ])('%s', async (_, text, over, message) => {
    const cwd = folderWith({ 'run.json': { ...good, data: { ...data, ...over } }, 'data.csv': text });
    await expectRefused(['run', 'run.json'], message, { cwd });
  });
});

describe('command lines', () => {
  test.each([
    [['rum'], 'rum: is not a command. Allowed: run, sweep, predict, check, export, presets, doctor. Did you mean run?'],
    [['run'], 'PRESET|RUN.json|-: is missing'],
    [['run', 'a', 'b'], 'b: is one argument too many'],
    [['run', 'start/circle'], 'Did you mean start/circles?'],
    [['run', 'initialisation/he'], 'Did you mean initialization/he?'],
    [['run', 'dropout'], 'Did you mean regularization/dropout?'],
    [['run', 'start/circles', '--step', '5'], '--step: `basin run` has no such option.'],
    [['run', 'start/circles', '--step', '5'], 'Did you mean --steps?'],
    [['run', 'start/circles', '-q'], '-q: `basin run` has no such option'],
    [['run', 'start/circles', '--steps'], '--steps: the value is missing. Write --steps N.'],
    [['run', 'start/circles', '--out', '--quiet'], '--out: the value is missing'],
    [['run', 'start/circles', '--steps', '1.5'], '--steps: "1.5" is not a whole number'],
    [['run', 'start/circles', '--steps', '-1'], '--steps: "-1" is not a whole number'],
    [['run', 'start/circles', '--steps=1', '--steps=2'], '--steps: given twice'],
    [['run', 'start/circles', '--quiet=yes'], '--quiet: takes no value'],
    [
      ['run', 'start/circles', '--backend', 'gpu'],
      '--backend: "gpu" is not one of auto, webgpu, cpu. Did you mean "webgpu"?',
    ],
    [['sweep', 'sweep.json', '--threads', '0'], '--threads: 0 is not allowed. Allowed: 1, 2, 3'],
    [['sweep', 'sweep.json', '--threads', 'all'], '--threads: "all" is not a whole number'],
    [['run', 'start/circles', '--precision', 'f16'], '--precision: "f16" is not one of f32, f64'],
    [['run', 'start/circles', '--out', 'r', '--save', 'r'], '--save r: is the file of --out, too'],
    [['sweep', 'start/circles'], 'start/circles: there is no such file'],
    [['predict', 'model.safetensors'], 'ROWS.csv: is missing'],
    [['check', 'start/circles', '--backend', 'cpu'], '--backend: `basin check` has no options'],
    [['presets', 'all'], 'all: is one argument too many'],
  ])('%j', (argv, message) => expectRefused(argv, message));

  test.each(['--out', '--save'])('%s to where nothing can be written is found before training', async (option) => {
    const cwd = folderWith({ file: '' });
    mkdirSync(join(cwd, 'folder'));
    const endless = ['run', 'start/circles', '--steps', '1000000000', '--backend', 'cpu', option];
    await expectRefused([...endless, 'absent/r.json'], `${option} absent/r.json: there is no folder`, { cwd });
    await expectRefused([...endless, 'folder'], `${option} folder: is a folder`, { cwd });
    await expectRefused([...endless, 'file/r.json'], `${option} file/r.json: there is no folder`, { cwd });
    if (existsSync('/proc/version')) await expectRefused([...endless, '/proc/r.json'], 'cannot be written', { cwd });
  });
});
