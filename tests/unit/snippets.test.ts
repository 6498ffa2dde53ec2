// Programs in PyTorch and Keras made from run documents. Neither framework is needed here: Python compiles the programs, and
// the update rules that the frameworks' documentation gives are worked out with the programs' own constants.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  createSession,
  loadDataset,
  type Optimizer,
  presets,
  type Run,
  type Schedule,
  toCsv,
  toKeras,
  toPyTorch,
  validate,
} from '../../src/index.ts';
import { baseRate, rateFactor } from '../../src/train/schedule.ts';

const FRAMEWORKS = { PyTorch: toPyTorch, Keras: toKeras };

const CURIOUS: Run = {
  basin: 1,
  name: 'A name\nimport os  # """ and \u2028 more',
  data: {
    x: [
      [0, 1],
      [1, 0],
      [2, 2],
      [3, 1],
    ],
    y: [
      [0, 1],
      [1, 0.5],
      [1, 1],
      [0, 0],
    ],
  },
  layers: [{ units: 3, activation: 'gelu', dropRate: 0.25 }, { units: 2, activation: 'leakyRelu' }, { units: 2 }],
  loss: 'sigmoidCrossEntropy',
  l2: 0.5,
  init: { scheme: 'uniform', scale: 0.3 },
  optimizer: { name: 'adam', clipNorm: 0.5, epsilonInside: true, schedule: { name: 'given', values: [0.1, 0.05] } },
  batch: {
    size: 2,
    order: [
      [3, 1, 0, 2],
      [0, 1, 2, 3],
    ],
  },
  steps: 7,
};

const optimizers: Optimizer[] = [
  { name: 'sgd', learningRate: 0.05 },
  { name: 'momentum', learningRate: 0.05, beta: 0.8 },
  { name: 'nesterov', learningRate: 0.05, beta: 0.8 },
  { name: 'rmsprop', learningRate: 0.05, beta: 0.7, epsilon: 1e-3 },
  { name: 'adam', learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 },
  { name: 'adamw', learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1 },
];
const schedules: Schedule[] = [
  { name: 'inverseTime', decayRate: 0.5, every: 2, delay: 1 },
  { name: 'step', factor: 0.3, every: 2 },
  { name: 'exponential', decayRate: 0.9 },
  { name: 'cosine', min: 0 },
  { name: 'cosine', min: 0.01 },
  { name: 'given', values: [0.3, 0.2, 0.1] },
];

const documents: [string, Run][] = [
  ...Object.entries(presets),
  ['curious', CURIOUS],
  ...optimizers.map((optimizer): [string, Run] => [optimizer.name, { ...CURIOUS, optimizer }]),
  ...schedules.map((schedule): [string, Run] => [
    schedule.name,
    { ...CURIOUS, optimizer: { name: 'nesterov', schedule } },
  ]),
];

// ---------------------------------------------------------------- as Python

const python = spawnSync('python3', ['--version']).status === 0;
if (!python) console.error('python3 was not found: the PyTorch and Keras programs are NOT compiled in this test run.');

/** What Python's compiler says about each program. */
function compileAll(programs: readonly string[]): { status: number | null; stderr: string } {
  const script = "import json, sys\nfor each in json.load(sys.stdin): compile(each, 'program', 'exec')";
  const { status, stderr } = spawnSync('python3', ['-c', script], {
    input: JSON.stringify(programs),
    encoding: 'utf8',
  });
  return { status, stderr };
}

describe.skipIf(!python)('Python', () => {
  test.each(Object.entries(FRAMEWORKS))('compiles every %s program', (_, write) => {
    expect(compileAll(documents.map(([, run]) => write(run)))).toEqual({ status: 0, stderr: '' });
  });

  test('would not compile a program that is wrong', () => {
    expect(compileAll(['for in x']).stderr).toMatch(/SyntaxError/);
  });
});

test.each(Object.entries(FRAMEWORKS))('%s: a name cannot leave its comment', (_, write) => {
  expect(write(CURIOUS).split('\n')[0]).toMatch(/: A name import os {2}# """ and +more$/);
});

// ---------------------------------------------------------------- optimizers

/** One weight and one bias, both 2 at first: loss (w·1 + b)², gradient 2(w + b) for either. */
const falling = (optimizer: Optimizer): Run => ({
  basin: 1,
  data: { x: [[1]], y: [0] },
  layers: [{ units: 1 }],
  loss: 'meanSquaredError',
  init: { scheme: 'given', weights: [{ w: [[2]], b: [2] }] },
  optimizer,
});

async function basin(optimizer: Optimizer): Promise<number[][]> {
  const session = await createSession(falling(optimizer), { backend: 'cpu', precision: 'f64' });
  const seen: number[][] = [];
  for (let step = 0; step < 6; step++) {
    await session.step();
    const [layer] = await session.weights();
    seen.push([layer!.w[0]!, layer!.b[0]!]);
  }
  return seen;
}

/** A number of the program: `eps=0.001`, or `lr=(1 - 0.8) * 0.05`, whose text means the same in JavaScript. */
function constant(line: string, name: string): number {
  const text = new RegExp(`\\b${name}=((?:\\([^()]*\\) \\* )?[\\d.e-]+(?: \\*\\* 2)?)`).exec(line)?.[1];
  if (text === undefined) throw new Error(`${name} is not in: ${line}`);
  return Function(`return ${text}`)() as number;
}

type Rule = (g: number, w: number, t: number, state: { a: number; b: number }) => number;

/** The rules of https://docs.pytorch.org/docs/stable/optim.html (each optimizer's algorithm box), with weight decay on w alone. */
function torchRule(line: string, decays: boolean): Rule {
  const lr = constant(line, 'lr');
  if (line.includes('optim.SGD')) {
    const momentum = line.includes('momentum=') ? constant(line, 'momentum') : 0;
    return (g, w, t, state) => {
      state.a = t === 1 ? g : momentum * state.a + g;
      return w - lr * (line.includes('nesterov=True') ? g + momentum * state.a : momentum === 0 ? g : state.a);
    };
  }
  const eps = constant(line, 'eps');
  if (line.includes('optim.RMSprop')) {
    const alpha = constant(line, 'alpha');
    return (g, w, _, state) => {
      state.a = alpha * state.a + (1 - alpha) * g * g;
      return w - (lr * g) / (Math.sqrt(state.a) + eps);
    };
  }
  const [beta1, beta2] = /betas=\(([\d.]+), ([\d.]+)\)/.exec(line)!.slice(1).map(Number) as [number, number];
  const decay = decays && line.includes('AdamW') ? constant(line, 'weight_decay') : 0;
  return (g, before, t, state) => {
    const w = before - lr * decay * before;
    state.a = beta1 * state.a + (1 - beta1) * g;
    state.b = beta2 * state.b + (1 - beta2) * g * g;
    return w - (lr * (state.a / (1 - beta1 ** t))) / (Math.sqrt(state.b / (1 - beta2 ** t)) + eps);
  };
}

function follow(rules: readonly [Rule, Rule]): number[][] {
  let weights: [number, number] = [2, 2];
  const states = [0, 1].map(() => ({ a: 0, b: 0 }));
  return Array.from({ length: 6 }, (_, step) => {
    const g = 2 * (weights[0] + weights[1]);
    weights = rules.map((rule, p) => rule(g, weights[p]!, step + 1, states[p]!)) as [number, number];
    return weights;
  });
}

test.each(optimizers.map((optimizer) => [optimizer.name, optimizer] as const))(
  'PyTorch’s %s, with the program’s constants, takes Basin’s steps',
  async (_, optimizer) => {
    const line = toPyTorch(falling(optimizer))
      .split('\n')
      .find((each) => each.startsWith('optimizer ='))!;
    // The group of biases has a decay of its own, 0; the last weight_decay of the line is that of the weights.
    const last = line.replace("'weight_decay': 0", '');
    const theirs = follow([torchRule(last, true), torchRule(last, false)]);
    expect(line.includes("'weight_decay': 0")).toBe(optimizer.name === 'adamw');
    const ours = await basin(optimizer);
    ours.forEach((weights, step) => {
      weights.forEach((value, p) => {
        expect(theirs[step]![p]).toBeCloseTo(value, 12);
      });
    });
  },
);

// Keras 3, keras/src/optimizers/sgd.py: velocity = momentum · velocity − lr · g; Nesterov adds momentum · velocity − lr · g.
test.each(['momentum', 'nesterov'] as const)(
  'Keras’ %s, with the program’s constants, takes Basin’s steps',
  async (name) => {
    const optimizer: Optimizer = { name, learningRate: 0.05, beta: 0.8 };
    const line = toKeras(falling(optimizer))
      .split('\n')
      .find((each) => each.startsWith('optimizer ='))!;
    const momentum = constant(line, 'momentum');
    const lr = Function(`return ${/SGD\((.*?), momentum/.exec(line)![1]}`)() as number;
    const rule: Rule = (g, w, _, state) => {
      state.a = momentum * state.a - lr * g;
      return w + (name === 'nesterov' ? momentum * state.a - lr * g : state.a);
    };
    const theirs = follow([rule, rule]);
    (await basin(optimizer)).forEach((weights, step) => {
      expect(theirs[step]![0]).toBeCloseTo(weights[0]!, 12);
    });
  },
);

// ---------------------------------------------------------------- schedules

/** The program's `rate` as JavaScript. */
function rateOf(program: string, steps: number): (step: number) => number {
  const expression = /def rate\(step\):\n(?: {4}epoch.*\n)? {4}return (.*)/.exec(program)![1]!;
  const rates = /^RATES = (\[.*\])/m.exec(program)?.[1] ?? '[]';
  const translated = expression
    .replace(/\((max\(.*?\)|epoch) \/\/ (\d+)\)/, 'Math.floor($1 / $2)')
    .replaceAll(/(?<!\.)\b(min|max)\(/g, 'Math.$1(')
    .replaceAll('math.', 'Math.')
    .replaceAll('Math.pi', 'Math.PI')
    .replaceAll(/len\(RATES\)/g, 'RATES.length');
  const body = Function('step', 'epoch', 'STEPS', 'RATES', `return ${translated}`);
  return (step) => body(step, Math.floor(step / 2), steps, JSON.parse(rates));
}

test.each(schedules.map((schedule) => [JSON.stringify(schedule), schedule] as const))(
  'the program’s rate under %s is Basin’s at every step',
  (_, schedule) => {
    const run = validate({ ...CURIOUS, optimizer: { name: 'sgd', learningRate: 0.2, schedule }, steps: 12 });
    const rate = rateOf(toPyTorch(run), 12);
    for (let step = 0; step < 12; step++) {
      const moment = { step, epoch: Math.floor(step / 2), steps: 12 };
      expect(rate(step)).toBeCloseTo(baseRate(run.optimizer) * rateFactor(run.optimizer, moment), 12);
    }
  },
);

// ---------------------------------------------------------------- the rest of the document

test('the penalty is λ/(2N) on weights alone; the losses sum outputs; dropout says what is removed', () => {
  const torch = toPyTorch(CURIOUS);
  expect(torch).toContain('penalty = 0.5 / (2 * len(x)) * sum((layer.weight**2).sum() for layer in layers)');
  expect(torch).toContain("F.binary_cross_entropy_with_logits(logits, y, reduction='sum') / len(y)");
  expect(torch).toContain("nn.Linear(x.shape[1], 3), nn.GELU(approximate='tanh'), nn.Dropout(0.25)");
  expect(torch).toContain('nn.LeakyReLU(0.01)');
  const keras = toKeras(CURIOUS);
  expect(keras).toContain('kernel_regularizer=keras.regularizers.L2(0.5 / (2 * len(x)))');
  expect(keras).toContain('return 2 * keras.losses.binary_crossentropy(y, logits, from_logits=True)');
  expect(keras).toContain('keras.layers.Dropout(0.25)');
});

test('what a framework lacks is said at the top', () => {
  const top = (program: string) => program.slice(0, program.indexOf('\n\n'));
  expect(top(toPyTorch(CURIOUS))).toMatch(/the run divides by sqrt\(s \+ epsilon\), PyTorch by sqrt\(s\) \+ epsilon/);
  expect(top(toPyTorch(presets['regularization/dropout']!))).toMatch(
    /drops the same units in each epoch, here they are fresh/,
  );
  expect(top(toPyTorch(presets['start/circles']!)).split('\n')).toHaveLength(4);
});

test('a document for a file whose labels nobody read says what is missing', () => {
  const run: Run = { basin: 1, data: { csv: 'a.csv', label: 'y' }, layers: [{ units: 1 }] };
  expect(() => toPyTorch(run)).toThrow(/^loss: follows the labels of the CSV file/);
});

test('rows go into the file as they are trained on: parts, columns, targets, scaled', async () => {
  const run = validate({ ...CURIOUS, data: { ...CURIOUS.data, testX: [[5, 6]], testY: [[1, 0]], standardize: true } });
  const data = await loadDataset(run);
  const [head, ...lines] = toCsv(data).trimEnd().split('\n');
  expect(head).toBe('part,x1,x2,y1,y2');
  // Columns 0…3 have mean 1.5 and deviation √1.25; the second 1, √0.5.
  const scaled = (a: number, b: number) => [(a - 1.5) / Math.sqrt(1.25), (b - 1) / Math.sqrt(0.5)];
  const cells = lines.map((line) => line.split(',').map(Number));
  expect(cells).toHaveLength(5);
  [...scaled(0, 1), 0, 1].forEach((value, i) => {
    expect(cells[0]![i + 1]).toBeCloseTo(value, 12);
  });
  [2, ...scaled(5, 6), 1, 0].forEach((value, i) => {
    expect(cells[4]![i]).toBeCloseTo(value, 12);
  });
});

test('the header of the rows is one line, whatever the columns are called', () => {
  const rows = { count: 1, x: Float64Array.of(1, 2), y: Float64Array.of(0) };
  const data = { inputs: 2, targets: 1, columns: ['a "b", c', 'd\ne'], train: rows, validation: null, test: null };
  expect(toCsv(data)).toBe('part,"a ""b"", c",d e,y\n0,1,2,0\n');
});
