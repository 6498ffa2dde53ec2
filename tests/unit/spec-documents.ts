// Run documents for the tests of the run document: good ones, and each broken in one place.
import type { Run } from '../../src/spec/types.ts';

/** The smallest document there is, and whatever is put over it. */
export const run = (over: object = {}): Run =>
  ({ basin: 1, data: { name: 'circles' }, layers: [{ units: 4 }, { units: 1 }], ...over }) as Run;

/** Five rows of two columns. */
export const inline = (over: object = {}): object => ({
  x: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [2, 2],
  ],
  y: [0, 1, 1, 0, 0],
  ...over,
});

const layer = (over: object) => ({ layers: [{ units: 4, ...over }, { units: 1 }] });
const csv = (over: object = {}) => ({ data: { csv: 'a.csv', label: 'y', ...over } });
const mask = [
  [1, 0, 1, 1],
  [1, 1, 1, 1],
  [0, 1, 1, 1],
  [1, 1, 0, 1],
  [1, 1, 1, 0],
];
const weights = [
  {
    w: [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ],
    b: [0, 0, 0, 0],
  },
  { w: [[1, 2, 3, 4]], b: [0] },
];
const optimizer = (over: object) => ({ optimizer: over });

/** [what it shows, what is put over `run()`]: every one is accepted. */
export const GOOD: [string, object][] = [
  ['the smallest document', {}],
  ['names and seeds', { name: '', seed: 2 ** 53 - 1 }],
  ['the largest seed of numpy', { rng: 'numpy', seed: 2 ** 32 - 1, maskSeed: 7 }],
  [
    'built-in data',
    { data: { name: 'moons', rows: 2, testRows: 0, noise: 0, seed: 3, testSeed: 4, standardize: true } },
  ],
  ['all digits', { data: { name: 'digits', rows: 1797 }, layers: [{ units: 10 }] }],
  ['all but two digits tested', { data: { name: 'digits', testRows: 1795 }, layers: [{ units: 12 }] }],
  ['football without noise', { data: { name: 'football', noise: 0 } }],
  ['blobs', { data: { name: 'blobs', validationFraction: 0.25 }, layers: [{ units: 3 }] }],
  ['CSV', csv({ testCsv: 'b.csv' })],
  ['CSV with columns left out', csv({ omit: ['name', 'id'] })],
  ['CSV split', csv({ testFraction: 0.2, validationFraction: 0.2, seed: 5 })],
  ['inline classes', { data: inline() }],
  ['inline test rows', { data: inline({ testX: [[3, 3]], testY: [1] }) }],
  ['three inline classes', { data: inline({ y: [0, 1, 2, 0, 1] }), layers: [{ units: 3 }] }],
  ['inline numbers', { data: inline({ y: [0.5, -1, 2, 0, 0] }) }],
  ['whole numbers as numbers', { data: inline({ y: [7, 1, 2, 0, 0] }), loss: 'meanSquaredError' }],
  [
    'rows of targets',
    {
      data: inline({
        y: [
          [0, 1],
          [1, 0],
          [1, 1],
          [0, 0],
          [0, 1],
        ],
      }),
      layers: [{ units: 2 }],
    },
  ],
  [
    'several yes-or-no labels',
    {
      data: inline({
        y: [
          [0, 1],
          [1, 0],
          [1, 1],
          [0, 0],
          [0, 0.5],
        ],
      }),
      layers: [{ units: 2 }],
      loss: 'sigmoidCrossEntropy',
    },
  ],
  ['two classes by softmax', { layers: [{ units: 2 }] }],
  ['classes as numbers', { loss: 'meanSquaredError' }],
  ['every layer key', { ...layer({ activation: 'tanh', dropRate: 0.5, dropMasks: [mask, mask] }), data: inline() }],
  ['a linear output, said aloud', { layers: [{ units: 1, activation: 'linear', dropRate: 0 }] }],
  ['an l2 penalty', { l2: 0.7 }],
  ['scaled initial weights', { init: { scheme: 'uniform', scale: 0.1, seed: 9 } }],
  ['given weights', { init: { scheme: 'given', weights } }],
  ['sgd', optimizer({ name: 'sgd', learningRate: 0, clipNorm: 1 })],
  ['momentum', optimizer({ name: 'momentum', beta: 0 })],
  ['nesterov', optimizer({ name: 'nesterov', schedule: { name: 'constant' } })],
  ['rmsprop', optimizer({ name: 'rmsprop', epsilon: 1e-6, schedule: { name: 'step', factor: 0.1 } })],
  ['adam', optimizer({ name: 'adam', epsilonInside: true, schedule: { name: 'inverseTime', delay: 1, every: 1000 } })],
  ['adamw', optimizer({ name: 'adamw', weightDecay: 0, schedule: { name: 'cosine', min: 1e-5 } })],
  ['an exponential schedule', optimizer({ name: 'sgd', schedule: { name: 'exponential', decayRate: 1.01 } })],
  ['a given schedule', optimizer({ name: 'sgd', schedule: { name: 'given', values: [1, 0] } })],
  ['mini-batches', { batch: { size: 64, seed: 11 }, epochs: 10 }],
  ['a batch above the rows', { batch: { size: 1000, order: 'sequential' } }],
  [
    'a given order',
    {
      data: inline(),
      batch: {
        size: 2,
        order: [
          [4, 0, 1],
          [2, 2, 3],
        ],
      },
    },
  ],
  ['no steps', { steps: 0 }],
  ['records by epoch', { steps: 10, record: { epochs: 2 } }],
  ['early stopping', { data: { name: 'circles', validationFraction: 0.2 }, earlyStopping: { patience: 3 } }],
  ['keys that are undefined', { seed: undefined, batch: { size: undefined } }],
];

/** What a JSON Schema cannot say: how parts of a document go together with the data, or with the order of the layers. */
export const BEYOND_SCHEMA = 'beyond schema';

type Broken = [path: string, phrase: string, over: object, beyond?: typeof BEYOND_SCHEMA];

/** [the error's path, words of its message, what is put over `run()`] */
export const BROKEN: Broken[] = [
  // the document
  ['basin', 'is missing', { basin: undefined }],
  ['basin', '2 is not a format this version reads', { basin: 2 }],
  ['name', '5 is not text', { name: 5 }],
  ['seed', '-1 is outside [0, 9007199254740991]', { seed: -1 }],
  ['seed', '1.5 is not a whole number', { seed: 1.5 }],
  ['seed', '"0" is not a number', { seed: '0' }],
  ['seed', '4294967296 is outside [0, 4294967295]', { rng: 'numpy', seed: 2 ** 32 }, BEYOND_SCHEMA],
  ['seed', 'null is not a value here', { seed: null }],
  ['rng', 'Did you mean "numpy"?', { rng: 'NumPy' }],
  ['maskSeed', 'Allowed with rng "numpy"', { maskSeed: 1 }],
  ['learning_rate', '"learning_rate" is not a key of a run document', { learning_rate: 0.1 }],
  ['iterations', 'Did you mean "steps"?', { iterations: 100 }],
  ['__proto__', 'is not a key of', JSON.parse('{ "__proto__": { "seed": 1 } }')],

  // data
  ['data', 'is missing', { data: undefined }],
  ['data', '"circles" is not an object. Write for example { "name"', { data: 'circles' }],
  ['data', 'names no data', { data: { rows: 10 } }],
  ['data', 'has both "name" and "csv"', { data: { name: 'circles', csv: 'a.csv' } }],
  ['data.name', 'Did you mean "circles"?', { data: { name: 'circle' } }],
  ['data.rows', '1 is outside [2, ', { data: { name: 'circles', rows: 1 } }],
  ['data.testRows', '-1 is outside', { data: { name: 'circles', testRows: -1 } }],
  ['data.noise', '-0.1 is outside [0, ∞)', { data: { name: 'circles', noise: -0.1 } }],
  ['data.noise', 'football has no noise to set', { data: { name: 'football', noise: 0.1 } }],
  ['data.testrows', 'Did you mean "testRows"?', { data: { name: 'circles', testrows: 10 } }],
  ['data.label', 'is not a key of the built-in data "circles"', { data: { name: 'circles', label: 'y' } }],
  ['data.rows', 'more than the 1797 examples', { data: { name: 'digits', rows: 1700, testRows: 98 } }, BEYOND_SCHEMA],
  ['data.testRows', 'more than the 1797 examples', { data: { name: 'digits', testRows: 1796 } }, BEYOND_SCHEMA],
  ['data.validationFraction', '1 is outside [0, 1)', { data: { name: 'circles', validationFraction: 1 } }],
  ['data.standardize', '"yes" is neither true nor false', { data: { name: 'circles', standardize: 'yes' } }],
  ['data.csv', '"" is empty', csv({ csv: '' })],
  ['data.label', 'is missing', csv({ label: undefined })],
  ['data.omit', '"name" is not a list', csv({ omit: 'name' })],
  ['data.omit[0]', '"" is empty', csv({ omit: [''] })],
  ['data.omit[1]', '"a" is there already', csv({ omit: ['a', 'a'] })],
  ['data.omit[0]', 'is the label', csv({ omit: ['y'] }), BEYOND_SCHEMA],
  ['data.testFraction', 'together with data.testCsv', csv({ testCsv: 'b.csv', testFraction: 0.2 })],
  ['data.testFraction', '0 is outside (0, 1)', csv({ testFraction: 0 })],
  ['data.y', 'is missing', { data: inline({ y: undefined }) }],
  ['data.x', 'the list is empty', { data: { x: [], y: [] } }],
  ['data.x[1]', 'has 1 numbers where data.x[0] has 2', { data: inline({ x: [[0, 0], [1]] }) }, BEYOND_SCHEMA],
  ['data.x[0][1]', '"1" is not a number', { data: inline({ x: [[0, '1']] }) }],
  ['data.x[0][1]', 'NaN is not finite', { data: inline({ x: [[0, Number.NaN]] }) }, BEYOND_SCHEMA],
  ['data.y', 'has 3 labels for 5 rows of data.x', { data: inline({ y: [0, 1, 1] }) }, BEYOND_SCHEMA],
  ['data.y[1]', 'is not a number', { data: inline({ y: [0, [1], 1, 0, 0] }) }],
  ['data.testY', 'is missing', { data: inline({ testX: [[0, 0]] }) }],
  [
    'data.testX[0]',
    'has 3 numbers and 2 are needed',
    { data: inline({ testX: [[0, 0, 0]], testY: [0] }) },
    BEYOND_SCHEMA,
  ],
  ['data.testY', 'is not like data.y', { data: inline({ testX: [[0, 0]], testY: [[0]] }) }, BEYOND_SCHEMA],
  [
    'data.y[0]',
    '2 is outside [0, 1]',
    { data: inline({ y: [2, 1, 1, 0, 0] }), loss: 'sigmoidCrossEntropy' },
    BEYOND_SCHEMA,
  ],
  [
    'data.y[0]',
    '0.5 is not a whole number',
    { data: inline({ y: [0.5, 1, 1, 0, 0] }), loss: 'softmaxCrossEntropy' },
    BEYOND_SCHEMA,
  ],

  // layers and loss
  ['layers', 'is missing', { layers: undefined }],
  ['layers', 'the list is empty', { layers: [] }],
  ['layers', '{"units":1} is not a list', { layers: { units: 1 } }],
  ['layers[0]', '4 is not an object', { layers: [4, 1] }],
  ['layers[0].units', 'is missing', { layers: [{ activation: 'relu' }, { units: 1 }] }],
  ['layers[0].units', '0 is outside [1, ', layer({ units: 0 })],
  ['layers[0].units', '2.5 is not a whole number', layer({ units: 2.5 })],
  ['layers[0].activation', 'Did you mean "relu"?', layer({ activation: 'ReLU' })],
  [
    'layers[0].dropRate',
    '1.2 is outside [0, 1). It is the fraction removed; for "keep 80 %" write 0.2.',
    layer({ dropRate: 1.2 }),
  ],
  ['layers[0].dropRate', '1 is outside [0, 1)', layer({ dropRate: 1 })],
  ['layers[0].dropout', 'Did you mean "dropRate"?', layer({ dropout: 0.2 })],
  ['layers[0].dropMasks', 'Give layers[0].dropRate too', layer({ dropMasks: [[[1, 1, 1, 1]]] })],
  [
    'layers[0].dropMasks[0][0]',
    'has 3 units and 4 are needed',
    layer({ dropRate: 0.5, dropMasks: [[[1, 1, 1]]] }),
    BEYOND_SCHEMA,
  ],
  ['layers[0].dropMasks[0][0][3]', '2 is not a mask bit', layer({ dropRate: 0.5, dropMasks: [[[1, 1, 1, 2]]] })],
  [
    'layers[0].dropMasks[0]',
    'has 5 rows, but a batch has 300',
    layer({ dropRate: 0.5, dropMasks: [mask] }),
    BEYOND_SCHEMA,
  ],
  [
    'layers[0].dropMasks[1]',
    'has 1 rows where',
    layer({ dropRate: 0.5, dropMasks: [mask, [[1, 1, 1, 1]]] }),
    BEYOND_SCHEMA,
  ],
  [
    'layers[1].activation',
    'The last layer produces logits',
    { layers: [{ units: 4 }, { units: 1, activation: 'sigmoid' }] },
    BEYOND_SCHEMA,
  ],
  ['layers[1].dropRate', 'on the output layer', { layers: [{ units: 4 }, { units: 1, dropRate: 0.1 }] }, BEYOND_SCHEMA],
  ['layers[1].dropMasks', 'on the output layer', { layers: [{ units: 4 }, { units: 1, dropMasks: [[[1]]] }] }],
  ['loss', 'Did you mean "meanSquaredError"?', { loss: 'mse' }],
  ['layers[1].units', '1 output for 10 classes', { data: { name: 'digits' } }, BEYOND_SCHEMA],
  ['layers[0].units', '9 outputs for 10 classes', { data: { name: 'digits' }, layers: [{ units: 9 }] }, BEYOND_SCHEMA],
  ['layers[1].units', '1 output for 2 classes', { loss: 'softmaxCrossEntropy' }, BEYOND_SCHEMA],
  [
    'layers[0].units',
    'Allowed: 1; for more use softmaxCrossEntropy',
    { layers: [{ units: 2 }], loss: 'sigmoidCrossEntropy' },
    BEYOND_SCHEMA,
  ],
  [
    'layers[0].units',
    '2 outputs for 1 target a row',
    { layers: [{ units: 2 }], loss: 'meanSquaredError' },
    BEYOND_SCHEMA,
  ],
  [
    'layers[1].units',
    '1 output for 2 targets a row',
    {
      data: inline({
        y: [
          [0, 1],
          [1, 0],
          [1, 1],
          [0, 0],
          [0, 1],
        ],
      }),
    },
    BEYOND_SCHEMA,
  ],
  [
    'loss',
    'needs class labels',
    { data: inline({ y: [[0], [1], [1], [0], [0]] }), loss: 'softmaxCrossEntropy' },
    BEYOND_SCHEMA,
  ],
  ['l2', '-1 is outside [0, ∞)', { l2: -1 }],
  ['l2', 'Infinity is not finite', { l2: Infinity }, BEYOND_SCHEMA],

  // initial weights
  ['init', '"heNormal" is not an object', { init: 'heNormal' }],
  ['init.scheme', 'is missing', { init: { seed: 1 } }],
  ['init.scheme', 'Did you mean "heNormal"?', { init: { scheme: 'he' } }],
  ['init.scale', 'Allowed with normal and uniform', { init: { scheme: 'heNormal', scale: 2 } }],
  ['init.scale', '-1 is outside', { init: { scheme: 'normal', scale: -1 } }],
  ['init.weights', 'given with the scheme zeros', { init: { scheme: 'zeros', weights } }],
  ['init.weights', 'is missing', { init: { scheme: 'given' } }],
  [
    'init.weights',
    'has 1 layers of weights for 2 layers',
    { init: { scheme: 'given', weights: [weights[0]] } },
    BEYOND_SCHEMA,
  ],
  [
    'init.weights[0].w',
    'has 4 rows for a layer of 5 units',
    { ...layer({ units: 5 }), init: { scheme: 'given', weights } },
    BEYOND_SCHEMA,
  ],
  [
    'init.weights[1].b',
    'has 2 biases for a layer of 1 units',
    { init: { scheme: 'given', weights: [weights[0], { w: [[1, 2, 3, 4]], b: [0, 0] }] } },
    BEYOND_SCHEMA,
  ],
  [
    'init.weights[1].w[0]',
    'has 2 weights and 4 are needed',
    { init: { scheme: 'given', weights: [weights[0], { w: [[1, 2]], b: [0] }] } },
    BEYOND_SCHEMA,
  ],
  [
    'init.weights[0].w[0]',
    'has 2 weights for data of 1 columns',
    { data: { x: [[0], [1]], y: [0, 1] }, init: { scheme: 'given', weights } },
    BEYOND_SCHEMA,
  ],

  // optimizer and schedule
  ['optimizer', '"adam" is not an object. Write for example { "name": "adam" }', { optimizer: 'adam' }],
  ['optimizer.name', 'is missing', optimizer({ learningRate: 1 })],
  ['optimizer.name', 'Did you mean "sgd"?', optimizer({ name: 'gd' })],
  ['optimizer.learningRate', '-0.1 is outside [0, ∞)', optimizer({ name: 'sgd', learningRate: -0.1 })],
  ['optimizer.lr', 'Did you mean "learningRate"?', optimizer({ name: 'sgd', lr: 0.1 })],
  ['optimizer.beta', 'is not a key of the optimizer "sgd"', optimizer({ name: 'sgd', beta: 0.9 })],
  ['optimizer.beta', 'is not a key of the optimizer "adam"', optimizer({ name: 'adam', beta: 0.9 })],
  ['optimizer.beta1', '1 is outside [0, 1)', optimizer({ name: 'adam', beta1: 1 })],
  ['optimizer.epsilon', '0 is outside (0, ∞)', optimizer({ name: 'rmsprop', epsilon: 0 })],
  ['optimizer.epsilonInside', '1 is neither true nor false', optimizer({ name: 'adam', epsilonInside: 1 })],
  ['optimizer.weightDecay', 'is not a key of', optimizer({ name: 'adam', weightDecay: 0.1 })],
  ['optimizer.clipNorm', '0 is outside (0, ∞)', optimizer({ name: 'sgd', clipNorm: 0 })],
  ['optimizer.schedule.name', 'is not one of constant', optimizer({ name: 'sgd', schedule: { name: 'linear' } })],
  ['optimizer.schedule.every', '0 is outside [1, ', optimizer({ name: 'sgd', schedule: { name: 'step', every: 0 } })],
  [
    'optimizer.schedule.every',
    'is not a key of the schedule "cosine"',
    optimizer({ name: 'sgd', schedule: { name: 'cosine', every: 1 } }),
  ],
  ['optimizer.schedule.values', 'is missing', optimizer({ name: 'sgd', schedule: { name: 'given' } })],
  [
    'optimizer.schedule.values[1]',
    '-1 is outside',
    optimizer({ name: 'sgd', schedule: { name: 'given', values: [1, -1] } }),
  ],

  // batches, length, recording, early stopping
  ['batch.size', '0 is outside', { batch: { size: 0 } }],
  ['batch.size', '"all" is not a batch size. Allowed: "full"', { batch: { size: 'all' } }],
  ['batch.order', '"random" is not an order', { batch: { order: 'random' } }],
  [
    'batch.order[1]',
    'has 1 row indices where batch.order[0] has 2',
    { batch: { size: 2, order: [[0, 1], [2]] } },
    BEYOND_SCHEMA,
  ],
  ['batch.order[0]', 'the list is empty', { batch: { size: 2, order: [[]] } }],
  ['batch.order[0][1]', '300 is outside [0, 299]', { batch: { size: 2, order: [[0, 300]] } }, BEYOND_SCHEMA],
  ['batch.order[0][0]', '0.5 is not a whole number', { batch: { size: 2, order: [[0.5, 1]] } }],
  ['batch.size', '"full" is always file order', { batch: { order: [[0, 1]] } }],
  ['batchSize', 'is not a key of a run document', { batchSize: 64 }],
  ['epochs', 'given together with steps', { steps: 10, epochs: 10 }],
  ['steps', '-1 is outside [0, ', { steps: -1 }],
  ['epochs', '"10" is not a number', { epochs: '10' }],
  ['record', '0 is outside [1, ', { record: 0 }],
  ['record.steps', 'is not a key of record', { record: { steps: 10 } }],
  ['record.epochs', '0 is outside [1, ', { record: { epochs: 0 } }],
  ['earlyStopping', 'none are held out', { earlyStopping: { patience: 3 } }, BEYOND_SCHEMA],
  ['earlyStopping.patience', 'is missing', { earlyStopping: {} }],
  [
    'earlyStopping.metric',
    'is not one of validation.loss',
    { data: { name: 'circles', validationFraction: 0.2 }, earlyStopping: { patience: 3, metric: 'loss' } },
  ],
  [
    'earlyStopping.metric',
    'needs class labels',
    {
      data: inline({ y: [0.5, 1, 1, 0, 0], validationFraction: 0.2 }),
      earlyStopping: { patience: 3, metric: 'validation.accuracy' },
    },
    BEYOND_SCHEMA,
  ],
];
