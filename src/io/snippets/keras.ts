// A run document as a Keras 3 program, for any of Keras' backends.

import type { ActivationName, CanonicalInit, CanonicalOptimizer, CanonicalRun, Run } from '../../spec/types.ts';
import {
  batches,
  commonDifferences,
  type FittedRun,
  type Functions,
  fitted,
  header,
  imports,
  rateExpression,
  readRows,
  targetColumns,
  watchesLoss,
} from './python.ts';

/**
 * The same run in Keras: data from `rows.csv`, the same network, loss, penalty, optimizer, schedule and batches. What Keras
 * lacks is said in the comment at the top.
 *
 * @throws SpecError
 */
export function toKeras(document: Run): string {
  const run = fitted(document);
  const body = [
    `keras.utils.set_random_seed(${run.seed % 2 ** 32})`,
    '',
    ...readRows(run, (table) => table),
    '',
    ...batches(
      run,
      { arange: 'np.arange', permutation: 'np.random.permutation', array: 'np.array' },
      (rows) => `x[${rows}], y[${rows}]`,
    ),
    '',
    '',
    ...network(run),
    '',
    '# Keras keeps weights the other way round: a kernel is [fan_in, fan_out], Basin’s layers.0.weight [fan_out, fan_in].',
    '# values = safetensors.numpy.load_file("model.safetensors")',
    '# for number, layer in enumerate(dense):',
    '#     layer.set_weights([values[f"layers.{number}.weight"].T, values[f"layers.{number}.bias"]])',
    '',
    ...rate(run),
    ...optimizer(run),
    ...compile(run),
    ...training(run),
    '',
    ...results,
  ];
  return [
    ...header(run, 'Keras', 'keras', differences(run)),
    '',
    ...imports(body, ['itertools', 'math']),
    '',
    'import keras',
    'import numpy as np',
    '',
    ...body,
    '',
  ].join('\n');
}

function differences(run: CanonicalRun): string[] {
  const { name, schedule } = run.optimizer;
  const isScheduled = schedule.name !== 'constant';
  const averages = name === 'momentum' || name === 'nesterov';
  const inside = 'epsilonInside' in run.optimizer && run.optimizer.epsilonInside;
  return [
    ...commonDifferences(run),
    ...(averages && isScheduled
      ? ['when the rate falls, Keras goes on with the steps that it has summed at the old rate']
      : []),
    ...(name === 'rmsprop' ? ['the run divides by sqrt(s) + epsilon, Keras by sqrt(s + epsilon)'] : []),
    ...(name === 'adam' || name === 'adamw'
      ? ['Keras adds epsilon before it corrects the averages for their start']
      : []),
    ...(inside ? ['the run divides by sqrt(s + epsilon), Keras by sqrt(s) + epsilon'] : []),
  ];
}

// ---------------------------------------------------------------- network

const ACTIVATIONS: Readonly<Record<ActivationName, string | null>> = {
  relu: 'keras.layers.ReLU()',
  leakyRelu: 'keras.layers.LeakyReLU(negative_slope=0.01)',
  sigmoid: "keras.layers.Activation('sigmoid')",
  tanh: "keras.layers.Activation('tanh')",
  gelu: 'keras.layers.Activation(lambda z: keras.activations.gelu(z, approximate=True))',
  linear: null,
};

function network(run: FittedRun): string[] {
  const layers = run.layers.flatMap(({ units, activation, dropRate }) => [
    `layer(${units})`,
    ACTIVATIONS[activation],
    dropRate > 0 ? `keras.layers.Dropout(${dropRate})` : null,
  ]);
  const penalty = run.l2 > 0 ? `, kernel_regularizer=keras.regularizers.L2(${run.l2} / (2 * len(x)))` : '';
  return [
    'def layer(units):',
    `    start = ${START[run.init.scheme](run.init.scale ?? 1)}`,
    `    return keras.layers.Dense(units, kernel_initializer=start${penalty})`,
    '',
    '',
    '# The last layer gives logits: the loss applies sigmoid or softmax itself.',
    'model = keras.Sequential([',
    '    keras.Input((x.shape[1],)),',
    ...layers.filter((each) => each !== null).map((each) => `    ${each},`),
    '])',
    'dense = [each for each in model.layers if isinstance(each, keras.layers.Dense)]',
    ...given(run.init),
  ];
}

function given({ weights }: CanonicalInit): string[] {
  if (!weights) return [];
  return [
    'given = [',
    ...weights.map(({ w, b }) => `    (${JSON.stringify(w)}, ${JSON.stringify(b)}),`),
    ']',
    'for each, (weight, bias) in zip(dense, given):',
    '    each.set_weights([np.array(weight).T, np.array(bias)])',
  ];
}

/** Keras' HeNormal and its kin draw truncated normals; Basin's are whole. */
const scaled = (scale: number, mode: string, distribution: string) =>
  `keras.initializers.VarianceScaling(${scale.toFixed(1)}, '${mode}', '${distribution}')`;

const START: Readonly<Record<CanonicalInit['scheme'], (scale: number) => string>> = {
  zeros: () => "'zeros'",
  given: () => "'zeros'",
  normal: (scale) => `keras.initializers.RandomNormal(stddev=${scale})`,
  uniform: (scale) => `keras.initializers.RandomUniform(-${scale}, ${scale})`,
  xavierNormal: () => scaled(1, 'fan_avg', 'untruncated_normal'),
  xavierUniform: () => scaled(1, 'fan_avg', 'uniform'),
  heNormal: () => scaled(2, 'fan_in', 'untruncated_normal'),
  heUniform: () => scaled(2, 'fan_in', 'uniform'),
  lecunNormal: () => scaled(1, 'fan_in', 'untruncated_normal'),
  lecunUniform: () => scaled(1, 'fan_in', 'uniform'),
};

// ---------------------------------------------------------------- optimizer

const TENSORS: Functions = {
  max: (a, b) => `keras.ops.maximum(${a}, ${b})`,
  min: (a, b) => `keras.ops.minimum(${a}, ${b})`,
  floor: (a, b) => `keras.ops.floor((${a}) / ${b})`,
  cos: (a) => `keras.ops.cos(${a})`,
};

/** Basin's momentum is an average, v = βv + (1 − β)g; Keras' is a sum, so its rate is (1 − β) times as large. */
function shareOf(optimizer: CanonicalOptimizer): string {
  return 'beta' in optimizer && optimizer.name !== 'rmsprop' ? `(1 - ${optimizer.beta}) * ` : '';
}

function rate(run: CanonicalRun): string[] {
  const { schedule } = run.optimizer;
  if (schedule.name === 'given') {
    return [
      `RATES = np.array(${JSON.stringify(schedule.values)}, dtype=np.float32)  # of each step`,
      ...rateClass(`keras.ops.take(RATES, keras.ops.minimum(keras.ops.cast(step, 'int32'), len(RATES) - 1))`),
    ];
  }
  const expression = rateExpression(run, TENSORS);
  return expression === null ? [] : rateClass(`${shareOf(run.optimizer)}(${expression})`);
}

function rateClass(expression: string): string[] {
  const epoch = expression.includes('epoch') ? ['        epoch = keras.ops.floor(step / STEPS_PER_EPOCH)'] : [];
  return [
    '',
    'class Rate(keras.optimizers.schedules.LearningRateSchedule):',
    '    def __call__(self, step):',
    "        step = keras.ops.cast(step, 'float32')",
    ...epoch,
    `        return ${expression}`,
    '',
    '',
  ];
}

function optimizer({ optimizer: of }: CanonicalRun): string[] {
  const share = shareOf(of);
  const lr = of.schedule.name === 'constant' ? `${share}${of.learningRate}` : 'Rate()';
  const clip = of.clipNorm === undefined ? '' : `, global_clipnorm=${of.clipNorm}`;
  const comment = share === '' ? [] : ['# Keras sums gradients where Basin averages them, hence 1 - momentum.'];
  const exclude = of.name === 'adamw' ? ["optimizer.exclude_from_weight_decay(var_names=['bias'])"] : [];
  return [...comment, `optimizer = ${construct(of, lr, clip)}`, ...exclude];
}

function construct(of: CanonicalOptimizer, lr: string, clip: string): string {
  switch (of.name) {
    case 'sgd':
      return `keras.optimizers.SGD(${lr}${clip})`;
    case 'momentum':
      return `keras.optimizers.SGD(${lr}, momentum=${of.beta}${clip})`;
    case 'nesterov':
      return `keras.optimizers.SGD(${lr}, momentum=${of.beta}, nesterov=True${clip})`;
    case 'rmsprop': // epsilon² is what makes both divisors equal where s is 0
      return `keras.optimizers.RMSprop(${lr}, rho=${of.beta}, epsilon=${of.epsilon} ** 2${clip})`;
    case 'adam':
      return `keras.optimizers.Adam(${lr}, beta_1=${of.beta1}, beta_2=${of.beta2}, epsilon=${of.epsilon}${clip})`;
    case 'adamw':
      return `keras.optimizers.AdamW(${lr}, weight_decay=${of.weightDecay}, beta_1=${of.beta1}, beta_2=${of.beta2}, epsilon=${of.epsilon}${clip})`;
    default:
      return of satisfies never;
  }
}

// ---------------------------------------------------------------- training

const LOSSES: Readonly<Record<FittedRun['loss'], readonly [loss: string, metric: string | null]>> = {
  sigmoidCrossEntropy: [
    'keras.losses.binary_crossentropy(y, logits, from_logits=True)',
    "keras.metrics.BinaryAccuracy(name='accuracy', threshold=0)",
  ],
  softmaxCrossEntropy: [
    'keras.losses.sparse_categorical_crossentropy(y[:, 0], logits, from_logits=True)',
    "keras.metrics.SparseCategoricalAccuracy(name='accuracy')",
  ],
  meanSquaredError: ['keras.losses.mean_squared_error(y, logits)', null],
};

/** Keras means over the outputs where Basin sums them. */
function compile(run: FittedRun): string[] {
  const [loss, accuracy] = LOSSES[run.loss];
  const targets = targetColumns(run);
  return [
    '',
    '',
    'def data_loss(y, logits):',
    `    return ${targets === 1 ? '' : `${targets} * `}${loss}`,
    '',
    '',
    `metrics = [keras.metrics.MeanMetricWrapper(data_loss, name='data_loss')${accuracy ? `, ${accuracy}` : ''}]`,
    'model.compile(optimizer=optimizer, loss=data_loss, metrics=metrics)',
  ];
}

function training(run: FittedRun): string[] {
  const watched = watchesLoss(run) ? "'val_data_loss', mode='min'" : "'val_accuracy', mode='max'";
  const stop = run.earlyStopping
    ? [
        `stop = keras.callbacks.EarlyStopping(${watched}, patience=${run.earlyStopping.patience}, restore_best_weights=True)`,
      ]
    : [];
  const watching = run.earlyStopping ? ', validation_data=part(1), callbacks=[stop]' : '';
  return [
    ...stop,
    'feed = batches()',
    'epochs, rest = divmod(STEPS, STEPS_PER_EPOCH)',
    `history = model.fit(feed, steps_per_epoch=STEPS_PER_EPOCH, epochs=epochs, verbose=0${watching})`,
    ...(run.steps === undefined
      ? []
      : ['if rest > 0:', '    model.fit(feed, steps_per_epoch=rest, epochs=1, verbose=0)']),
  ];
}

const results = [
  "for name, number in (('train', 0), ('validation', 1), ('test', 2)):",
  '    if len(part(number)[0]) > 0:',
  '        print(name, model.evaluate(*part(number), verbose=0, return_dict=True))',
];
