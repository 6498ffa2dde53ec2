// The command line: surface, exit codes, what goes where, and the shape of results. Contract: README, "Command line".
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presetNotes, presets } from '../../src/spec/presets.ts';
import { validate } from '../../src/spec/validate.ts';
import { basin, folderWith } from '../support/cli.ts';

const cpu = ['--backend', 'cpu'] as const;
const json = (text: string) => JSON.parse(text);
const readJson = (...path: string[]) => json(readFileSync(join(...path), 'utf8'));

const circles = { basin: 1, data: { name: 'circles' }, layers: [{ units: 8 }, { units: 1 }], steps: 200 };
const diverging = { ...circles, record: 1, l2: 1, optimizer: { name: 'sgd', learningRate: 1e30 } };
/** Rows of two classes by name, apart along `height`. */
const FLOWERS = `height,kind,width
${Array.from({ length: 24 }, (_, i) => `${i % 2 ? 10 + i / 10 : -10 - i / 10},${i % 2 ? 'tall' : 'small'},${i % 5}`).join('\n')}
`;
const flowers = {
  basin: 1,
  data: { csv: 'flowers.csv', label: 'kind', testFraction: 0.25, standardize: true },
  layers: [{ units: 4 }, { units: 1 }],
  optimizer: { name: 'adam', learningRate: 0.05 },
  steps: 100,
};

describe('basin run', () => {
  test('without --out the result is JSON on stdout, and nothing else is', async () => {
    const { code, stdout, stderr } = await basin(['run', 'start/circles', '--steps', '40', ...cpu]);
    expect([code, stderr]).toEqual([0, '']);
    const result = json(stdout);
    expect(Object.keys(result)).toEqual([
      'basin',
      'run',
      'backend',
      'steps',
      'record',
      'train',
      'test',
      'validation',
      'diverged',
      'timing',
    ]);
    expect(result).toMatchObject({ basin: 1, steps: 40, validation: null, diverged: null });
    expect(result.backend).toMatchObject({ name: 'cpu', precision: 'f32', strategy: 'layered' });
    expect(result.run).toEqual(validate({ ...presets['start/circles']!, steps: 40 }));
    expect(result.record[0].step).toBe(0);
    expect(result.record.at(-1).step).toBe(40);
    expect(Object.keys(result.timing)).toEqual(['setupMs', 'trainMs', 'stepsPerSecond']);
  });

  test('with --out the file has the result and stdout a table', async () => {
    const cwd = folderWith({ 'run.json': circles });
    const { code, stdout } = await basin(['run', 'run.json', '--out', 'result.json', ...cpu], { cwd });
    expect(code).toBe(0);
    expect(readJson(cwd, 'result.json').steps).toBe(200);
    expect(stdout).toMatch(/steps +200 of 200\n.*train +loss [\d.]+, accuracy [\d.]+ %\n.*test .*result\.json\n/s);
    expect(readdirSync(cwd).sort()).toEqual(['result.json', 'run.json']);
  });

  test('--quiet prints nothing on stdout, with or without --out', async () => {
    const cwd = folderWith({ 'run.json': circles });
    expect((await basin(['run', 'run.json', '--quiet', ...cpu], { cwd })).stdout).toBe('');
    expect((await basin(['run', 'run.json', '--quiet', '--out', 'r.json', ...cpu], { cwd })).stdout).toBe('');
    expect(existsSync(join(cwd, 'r.json'))).toBe(true);
  });

  test('- reads the document from standard input', async () => {
    const { code, stdout } = await basin(['run', '-', ...cpu], { stdin: JSON.stringify(circles) });
    expect([code, json(stdout).steps]).toEqual([0, 200]);
  });

  test('--steps takes the place of steps and of epochs', async () => {
    const { steps: _, ...rest } = circles;
    const stdin = JSON.stringify({ ...rest, batch: { size: 64 }, epochs: 100 });
    const { run, steps } = json((await basin(['run', '-', '--steps=7', ...cpu], { stdin })).stdout);
    expect([steps, run.steps, run.epochs]).toEqual([7, 7, undefined]);
    const start = json((await basin(['run', '-', '--steps', '0', ...cpu], { stdin })).stdout);
    expect([start.steps, start.record.length, start.timing.stepsPerSecond]).toEqual([0, 1, 0]);
  });

  test('--precision f64 trains in f64', async () => {
    const { stdout } = await basin(['run', 'start/circles', '--steps', '1', '--precision', 'f64', '--weights']);
    const { backend, weights } = json(stdout);
    expect(backend.precision).toBe('f64');
    expect(weights[0].w[0][0]).not.toBe(Math.fround(weights[0].w[0][0]));
  });

  test('--weights has rows of w, fan_out of them', async () => {
    const { weights } = json((await basin(['run', 'start/blobs', '--steps', '1', '--weights', ...cpu])).stdout);
    expect(weights.map(({ w, b }: { w: number[][]; b: number[] }) => [w.length, w[0]!.length, b.length])).toEqual([
      [8, 2, 8],
      [3, 8, 3],
    ]);
  });

  test('--predictions has classes, and they make the accuracy', async () => {
    const {
      predictions,
      test: scores,
      run,
    } = json((await basin(['run', 'digits/adam', '--steps', '60', '--predictions', ...cpu])).stdout);
    expect(predictions.train).toHaveLength(run.data.rows);
    expect(predictions.test).toHaveLength(run.data.testRows);
    expect(new Set(predictions.test).size).toBe(10);
    expect(scores.accuracy).toBeGreaterThan(0.5);
  });

  test('--predictions has values where targets are numbers', async () => {
    const { predictions } = json(
      (await basin(['run', 'regression/sine', '--steps', '1', '--predictions', ...cpu])).stdout,
    );
    expect(predictions.test).toBe(null);
    expect(predictions.train).toHaveLength(64);
    expect(predictions.train.every((value: unknown) => typeof value === 'number')).toBe(true);
  });

  test('paths in a document count from the document, class names are kept', async () => {
    const cwd = folderWith({ 'runs/run.json': flowers, 'runs/flowers.csv': FLOWERS });
    const { code, stdout } = await basin(['run', 'runs/run.json', '--predictions', ...cpu], { cwd });
    const result = json(stdout);
    expect([code, result.train.accuracy, result.classNames]).toEqual([0, 1, ['small', 'tall']]);
    expect([result.predictions.train.length, result.predictions.test.length]).toEqual([18, 6]);
  });

  test('paths in a document from standard input count from the working directory', async () => {
    const cwd = folderWith({ 'flowers.csv': FLOWERS });
    expect((await basin(['run', '-', ...cpu], { cwd, stdin: JSON.stringify(flowers) })).code).toBe(0);
  });

  test('early stopping is told', async () => {
    const data = { name: 'circles', validationFraction: 0.3, noise: 0.4 };
    const optimizer = { name: 'adam', learningRate: 0.1 };
    const run = { ...circles, data, optimizer, steps: 3000, earlyStopping: { patience: 3 } };
    const cwd = folderWith({ 'run.json': run });
    const { stdout } = await basin(['run', 'run.json', '--out', 'r.json', ...cpu], { cwd });
    expect(stdout).toMatch(/steps +\d+ of 3000, stopped early\n/);
    const result = readJson(cwd, 'r.json');
    expect(result.steps).toBeLessThan(3000);
    expect(result.validation.loss).toBeGreaterThan(0);
    expect(result.stopped).toBeUndefined();
  });

  test('a link is followed, a link to be written stays', async () => {
    const cwd = folderWith({ 'run.json': circles, 'old.json': '{}' });
    const { symlinkSync, lstatSync } = await import('node:fs');
    symlinkSync(join(cwd, 'old.json'), join(cwd, 'link.json'));
    await basin(['run', 'run.json', '--out', 'link.json', '--quiet', ...cpu], { cwd });
    expect(lstatSync(join(cwd, 'link.json')).isSymbolicLink()).toBe(true);
    expect(readJson(cwd, 'old.json').steps).toBe(200);
  });
});

describe('divergence', () => {
  test('exit 4, and the result is written with the first step that is not finite', async () => {
    const cwd = folderWith({ 'run.json': diverging });
    const { code, stderr, stdout } = await basin(
      ['run', 'run.json', '--out', 'r.json', '--save', 'm.safetensors', ...cpu],
      { cwd },
    );
    expect(code).toBe(4);
    const { diverged, train, record } = readJson(cwd, 'r.json');
    expect(diverged).toEqual({ step: 1, layer: 0, what: 'loss' });
    expect(train.loss).toBe('NaN');
    expect(record[0].loss).toBeLessThan(10);
    expect(stderr).toContain('step 1: the loss became infinite or not a number. A smaller optimizer.learningRate');
    expect(stderr).toContain('m.safetensors was not written');
    expect(stdout).toContain('diverged');
    expect(existsSync(join(cwd, 'm.safetensors'))).toBe(false);
  });
});

describe('interruption', () => {
  /** Aborts when training reports for the n-th time. */
  function stopAfter(reports: number) {
    const controller = new AbortController();
    let seen = 0;
    let shown = '';
    const stderr = (text: string) => {
      shown += text;
      if (text.includes('steps/s') && ++seen === reports) controller.abort();
    };
    return { io: { signal: controller.signal, stderr, terminalColumns: 100 }, shown: () => shown };
  }

  test('run: exit 130, the result so far, and the step it stopped at', async () => {
    const cwd = folderWith({ 'run.json': { ...circles, steps: 10_000_000 } });
    const { io, shown } = stopAfter(2);
    const { code } = await basin(['run', 'run.json', '--out', 'r.json', '--save', 'm.safetensors', ...cpu], {
      ...io,
      cwd,
    });
    expect(code).toBe(130);
    const { stopped, steps, record, train } = readJson(cwd, 'r.json');
    expect(steps).toBeGreaterThan(0);
    expect(stopped).toEqual({ step: steps });
    expect(record.at(-1).step).toBe(steps);
    expect(train.loss).toBeGreaterThan(0);
    expect(existsSync(join(cwd, 'm.safetensors'))).toBe(true);
    expect(shown()).toMatch(new RegExp(`basin: stopped at step ${steps} of 10000000`));
  });

  test('sweep: exit 130 with every model so far', async () => {
    const sweep = { base: { ...circles, steps: 10_000_000 }, vary: { l2: [0, 1] } };
    const { io } = stopAfter(2);
    const { code, stdout } = await basin(['sweep', '-', ...cpu], { ...io, stdin: JSON.stringify(sweep) });
    const result = json(stdout);
    expect([code, result.models.length]).toEqual([130, 2]);
    expect(result.stopped).toEqual({ step: result.steps });
  });

  test('before the first step: the start is the result', async () => {
    const { code, stdout } = await basin(['run', 'start/circles', ...cpu], { signal: AbortSignal.abort() });
    expect([code, json(stdout).stopped]).toEqual([130, { step: 0 }]);
  });
});

describe('progress', () => {
  test('a terminal sees one line, rewritten in place and taken away', async () => {
    const { stderr } = await basin(['run', 'start/circles', '--quiet', ...cpu], { terminalColumns: 60 });
    expect(stderr).not.toContain('\n');
    expect(stderr).toMatch(/\r[█░]{24} \d+\/1000 steps {2}loss [\d.]+/);
    expect(stderr.endsWith('\r\x1b[K')).toBe(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that clears the rest of the line
    const widths = stderr.split(/\r|\x1b\[K/).map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThan(60);
  });

  test('without a terminal stderr is silent', async () => {
    expect((await basin(['run', 'start/circles', '--quiet', ...cpu])).stderr).toBe('');
  });
});

describe('basin sweep', () => {
  const base = { ...circles, record: 1, data: { name: 'circles', validationFraction: 0.2 } };

  test('a model for each setting, marked where it diverged, and the best one', async () => {
    const sweep = { base, vary: { 'optimizer.learningRate': [0.5, 1e30, 0.01], l2: [1] } };
    const cwd = folderWith({ 'sweep.json': sweep });
    const { code, stdout, stderr } = await basin(
      ['sweep', 'sweep.json', '--out', 'r.json', '--save', 'best.safetensors', ...cpu],
      { cwd },
    );
    expect(code).toBe(0);
    expect(stderr).toBe('basin: 1 of 3 models diverged; the result marks them.\n');
    const result = readJson(cwd, 'r.json');
    expect(result).toMatchObject({ basin: 1, sweep, backend: { name: 'cpu' }, steps: 200 });
    expect(result.models.map((each: { settings: object }) => each.settings)).toEqual([
      { 'optimizer.learningRate': 0.5 },
      { 'optimizer.learningRate': 1e30 },
      { 'optimizer.learningRate': 0.01 },
    ]);
    expect(result.models.map((each: { diverged: unknown }) => each.diverged !== null)).toEqual([false, true, false]);
    expect(Object.keys(result.models[0])).toEqual([
      'model',
      'settings',
      'steps',
      'train',
      'validation',
      'test',
      'loss',
      'diverged',
    ]);
    expect(result.best).toMatchObject({ model: 0, metric: 'validation.loss' });
    expect(result.best.value).toBe(result.models[0].validation.loss);
    const lines = stdout.split('\n');
    expect(lines[2]).toMatch(/^model +learningRate +validation loss +accuracy +test loss +accuracy$/);
    expect(lines[3]).toMatch(/^ +0 +0\.5 .* best$/);
    expect(lines[5]).toMatch(/^ +1 +1\.000e\+30 +NaN .* diverged at step 1$/);
    expect(existsSync(join(cwd, 'best.safetensors'))).toBe(true);
  });

  // 9 models; a third goes on at 200 / 9 and at 200 / 3 steps, rounded down.
  const halved = {
    base,
    vary: { 'optimizer.learningRate': { log: [1e-3, 1], count: 9 } },
    search: { halving: 3, metric: 'validation.accuracy' },
  };

  test('successive halving: the step at which each model stopped, in the result, the table and the progress', async () => {
    const cwd = folderWith({ 'sweep.json': halved });
    const args = ['sweep', 'sweep.json', '--out', 'r.json', ...cpu];
    const { code, stdout, stderr } = await basin(args, { cwd, terminalColumns: 120 });
    expect(code).toBe(0);
    const result = readJson(cwd, 'r.json');
    const rungs = [
      { models: 9, steps: 22 },
      { models: 3, steps: 66 },
      { models: 1, steps: 200 },
    ];
    expect(result).toMatchObject({ steps: 200, rungs, sweep: halved });
    const steps: number[] = result.models.map((each: { steps: number }) => each.steps);
    expect(steps.toSorted((a, b) => a - b)).toEqual([22, 22, 22, 22, 22, 22, 66, 66, 200]);
    const { best } = result;
    expect(best).toMatchObject({ metric: 'validation.accuracy', steps: steps[best.model] });
    const accuracies: number[] = result.models.map(
      (each: { validation: { accuracy: number } }) => each.validation.accuracy,
    );
    expect(best.value).toBe(Math.max(...accuracies));
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^9 models, 200 of 200 steps on cpu/);
    expect(lines[1]).toBe('9 models to step 22, 3 to 66, 1 to 200');
    expect(lines[3]).toMatch(/^model +learningRate +steps +validation loss/);
    expect(lines[4]).toMatch(new RegExp(`^ +${best.model} +\\S+ +${best.steps} .* best$`));
    expect(stderr).toMatch(/rung 1\/3 {2}9 of 9 models/);
    expect(stderr).toMatch(/rung 3\/3 {2}1 of 9 models/);
  });

  test('successive halving, interrupted: every model so far, and the step it is at', async () => {
    const abort = new AbortController();
    const stderr = (text: string) => {
      if (text.includes('rung 2/3')) abort.abort();
    };
    const long = { ...halved, base: { ...base, steps: 20_000 } };
    const { code, stdout } = await basin(['sweep', '-', ...cpu], {
      stdin: JSON.stringify(long),
      terminalColumns: 120,
      signal: abort.signal,
      stderr,
    });
    const { stopped, models } = json(stdout);
    expect(code).toBe(130);
    expect(stopped.step).toBeLessThan(6666);
    const steps: number[] = models.map((each: { steps: number }) => each.steps);
    expect(steps.toSorted((a, b) => a - b)).toEqual([...Array(6).fill(2222), ...Array(3).fill(stopped.step)]);
  });

  test('a base may be a preset; a model that changes the optimizer shows its name', async () => {
    const sweep = { base: 'start/blobs', models: [{ seed: 3 }, { optimizer: { name: 'adam' } }] };
    const { code, stdout } = await basin(['sweep', '-', ...cpu], { stdin: JSON.stringify(sweep) });
    expect(code).toBe(0);
    expect(json(stdout).models.map((each: { settings: object }) => each.settings)).toEqual([
      { seed: 3, 'optimizer.name': 'momentum', 'optimizer.learningRate': 0.1 },
      { seed: 0, 'optimizer.name': 'adam', 'optimizer.learningRate': 0.001 },
    ]);
  });

  test('where all diverge there is no best one, and still exit 0', async () => {
    const cwd = folderWith({ 'sweep.json': { base: diverging, vary: { seed: [1, 2] } } });
    const { code, stdout, stderr } = await basin(['sweep', 'sweep.json', '--save', 'm.safetensors', ...cpu], { cwd });
    expect([code, json(stdout).best]).toEqual([0, null]);
    expect(stderr).toContain('m.safetensors was not written: no model has finite weights');
  });

  test("the best model's document, run alone, gives its loss", async () => {
    const sweep = { base, vary: { seed: [1, 2] } };
    const { best } = json((await basin(['sweep', '-', ...cpu], { stdin: JSON.stringify(sweep) })).stdout);
    const { validation } = json((await basin(['run', '-', ...cpu], { stdin: JSON.stringify(best.run) })).stdout);
    expect(validation.loss).toBe(best.value);
  });
});

describe('basin predict', () => {
  async function trained(document: object, files: Record<string, unknown> = {}) {
    const cwd = folderWith({ 'run.json': document, ...files });
    const { code, stdout } = await basin(['run', 'run.json', '--predictions', '--save', 'm.safetensors', ...cpu], {
      cwd,
    });
    expect(code).toBe(0);
    return { cwd, result: json(stdout) };
  }
  const predict = (cwd: string, rows = 'rows.csv') => basin(['predict', 'm.safetensors', rows], { cwd });

  test('columns by name, in any order, scaled as in training; others and the label are ignored', async () => {
    const { cwd } = await trained(flowers, {
      'flowers.csv': FLOWERS,
      'rows.csv': 'id,width,height\n7,1,-11\n8,2,11\n',
    });
    const { code, stdout, stderr } = await predict(cwd);
    expect([code, stderr]).toEqual([0, '']);
    const [header, small, tall] = stdout.trimEnd().split('\n');
    expect(header).toBe('p(small),p(tall),class');
    expect(small).toMatch(/^0\.9\d+,0\.0\d+,small$/);
    expect(tall).toMatch(/^0\.0\d+,0\.9\d+,tall$/);
  });

  test('columns by position where the model has no names; the predictions are those of the run', async () => {
    const { cwd, result } = await trained(
      { ...circles, data: { csv: 'train.csv', label: 'label' } },
      {
        'train.csv': readFileSync(new URL('../fixtures/circles-train.csv', import.meta.url), 'utf8'),
      },
    );
    const { stdout } = await predict(cwd, 'train.csv');
    const classes = stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',').at(-1)));
    expect(classes).toEqual(result.predictions.train);

    const builtIn = await trained(circles, { 'rows.csv': 'a,label,b\n0,1,0\n5,0,5\n' });
    expect((await predict(builtIn.cwd)).stdout).toMatch(/^p\(0\),p\(1\),class\n[\d.e,-]+,1\n[\d.e,-]+,0\n$/);
  });

  test('values where targets are numbers, also from inline rows with all the trimmings', async () => {
    const x = Array.from({ length: 20 }, (_, i) => [i / 10]);
    const { cwd } = await trained(
      {
        ...circles,
        data: { x, y: x.map(([v]) => [v! * 2, 1.5]), validationFraction: 0.2, standardize: true },
        layers: [{ units: 4, activation: 'tanh', dropRate: 0.1 }, { units: 2 }],
        batch: { size: 4, order: [Array.from({ length: 16 }, (_, i) => 15 - i)] },
        earlyStopping: { patience: 50 },
      },
      { 'rows.csv': 'x\n0.5\n' },
    );
    expect((await predict(cwd)).stdout).toMatch(/^value1,value2\n-?[\d.]+,-?[\d.]+\n$/);
  });

  test('an f64 model predicts in f64', async () => {
    const cwd = folderWith({ 'run.json': circles, 'rows.csv': 'x1,x2\n0.3,0.2\n' });
    await basin(['run', 'run.json', '--precision', 'f64', '--save', 'm.safetensors', '--quiet'], { cwd });
    const [p] = (await predict(cwd)).stdout.split('\n')[1]!.split(',');
    expect(p!.length).toBeGreaterThan(13);
  });

  test('class names that CSV must quote', async () => {
    const named = FLOWERS.replaceAll('tall', '"tall, ""really"""');
    const { cwd } = await trained(flowers, { 'flowers.csv': named, 'rows.csv': 'width,height\n1,11\n' });
    expect((await predict(cwd)).stdout).toMatch(/^p\(small\),"p\(tall, ""really""\)",class\n.*,"tall, ""really"""\n$/);
  });

  test.each([
    ['a cell that is no number', 'height,width\n1,2\n3,wide\n', 'rows.csv:3:2: column "width": "wide" is not a number'],
    ['a column that is missing', 'height\n1\n', 'rows.csv:1: there is no column "width"'],
    ['a row that is too short', 'height,width\n1\n', 'rows.csv:2:2: the line has 1 cell but the header 2 columns'],
    ['no rows', 'height,width\n', 'rows.csv:2: there are no rows'],
  ])('%s', async (_, rows, message) => {
    const { cwd } = await trained(flowers, { 'flowers.csv': FLOWERS, 'rows.csv': rows });
    const { code, stdout, stderr } = await predict(cwd);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('the wrong number of columns, for a model without names', async () => {
    const { cwd } = await trained(circles, { 'rows.csv': 'a,b,c\n1,2,3\n' });
    const { code, stderr } = await predict(cwd);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('rows.csv:1: has 3 columns of inputs (a, b, c), but the model takes 2'),
    ]);
  });

  test.each([
    ['text', 'not a model', 'm.safetensors: is not a safetensors file'],
    ['nothing', '', 'm.safetensors: is not a safetensors file'],
  ])('a model file of %s', async (_, content, message) => {
    const cwd = folderWith({ 'm.safetensors': content, 'rows.csv': 'a,b\n1,2\n' });
    const { code, stderr } = await predict(cwd);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('a model file that was cut off', async () => {
    const { cwd } = await trained(circles, { 'rows.csv': 'a,b\n1,2\n' });
    const path = join(cwd, 'm.safetensors');
    writeFileSync(path, readFileSync(path).subarray(0, -9));
    const { code, stderr } = await predict(cwd);
    expect([code, stderr]).toEqual([2, expect.stringContaining('m.safetensors: layers.1.weight is cut off')]);
  });
});

describe('basin check', () => {
  test('right gradients: a table by layer, and exit 0', async () => {
    const { code, stdout } = await basin(['check', 'gradient-checking/n-dimensional']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/layer 1 {2}4 → 5 relu +\d\.\d+e-\d+ ✓ +\d\.\d+e-\d+ ✓/);
    expect(stdout).toMatch(/WebGPU: |The WebGPU part was left out: \w+/);
    expect(stdout).toContain('No difference found.');
  });

  test('a start on the kinks is moved off them, and told', async () => {
    const { code, stdout } = await basin(['check', 'initialization/zeros']);
    expect(code).toBe(0);
    expect(stdout).toContain('the weights were moved by 0.1 · normal draws');
  });

  test('a document that is wrong is named', async () => {
    const { code, stderr } = await basin(['check', '-'], { stdin: '{ "basin": 2 }' });
    expect([code, stderr]).toEqual([2, expect.stringContaining('standard input: basin: 2 is not a format')]);
  });
});

describe('the rest', () => {
  test('presets: every id with its note, one a line', async () => {
    const { code, stdout } = await basin(['presets']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect([code, lines]).toEqual([0, Object.entries(presetNotes)]);
  });

  test('doctor: adapter, and what auto takes and why', async () => {
    const { code, stdout } = await basin(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^basin +\d+\.\d+\.\d+\nnode +v.*\nadapter +\S.*\n(.*\n)*auto takes +(cpu \(WebAssembly SIMD, (up to \d+ threads|one thread)\)|webgpu): \S.*\n$/,
    );
  });

  test('--version is that of package.json', async () => {
    const { version } = readJson(import.meta.dirname, '../../package.json');
    expect(await basin(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('--help names every command, and each command explains itself with an example', async () => {
    const { code, stdout } = await basin(['--help']);
    expect(code).toBe(0);
    const commands = ['run', 'sweep', 'predict', 'check', 'export', 'presets', 'doctor'];
    for (const command of commands) {
      expect(stdout).toContain(`basin ${command}`);
      const help = await basin([command, '--help']);
      expect([help.code, help.stderr]).toEqual([0, '']);
      expect(help.stdout).toMatch(new RegExp(`^basin ${command}`));
    }
    for (const option of [
      '--backend',
      '--precision',
      '--steps',
      '--out',
      '--weights',
      '--predictions',
      '--save',
      '--quiet',
    ]) {
      expect((await basin(['run', '--help'])).stdout).toContain(option);
    }
  });

  test('without a command the help goes to stderr, with exit 2', async () => {
    const { code, stdout, stderr } = await basin([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('basin run');
  });

  test('f64 on WebGPU is not to be had: exit 3', async () => {
    const { code, stderr } = await basin(['run', 'start/circles', '--backend', 'webgpu', '--precision', 'f64']);
    expect([code, stderr]).toEqual([3, expect.stringContaining('WebGPU has no f64')]);
  });
});

describe('basin export', () => {
  test('prints a program, and writes the rows that it reads, of a CSV too', async () => {
    const folder = folderWith({ 'run.json': JSON.stringify(flowers), 'flowers.csv': FLOWERS });
    const program = await basin(['export', 'run.json'], { cwd: folder });
    expect([program.code, program.stderr]).toEqual([0, '']);
    expect(program.stdout).toMatch(/^# A run of Basin in PyTorch\n/);
    expect(program.stdout).toContain('F.binary_cross_entropy_with_logits'); // two kinds and one unit
    const rows = await basin(['export', 'run.json', '--to', 'rows', '--out', 'rows.csv'], { cwd: folder });
    expect([rows.code, rows.stdout]).toEqual([0, '']);
    const lines = readFileSync(join(folder, 'rows.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('part,height,width,y');
    expect(
      lines
        .slice(1)
        .map((line) => line[0])
        .sort()
        .join(''),
    ).toBe(`${'0'.repeat(18)}${'2'.repeat(6)}`);
  });

  test('another framework, or none', async () => {
    expect((await basin(['export', 'spirals/adam', '--to', 'keras'])).stdout).toMatch(/^import keras$/m);
    const { code, stderr } = await basin(['export', 'spirals/adam', '--to', 'jax']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--to: "jax" is not one of pytorch, keras, rows/);
  });
});
