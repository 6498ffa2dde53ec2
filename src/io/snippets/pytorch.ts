// A run document as a PyTorch program. Checked against PyTorch 2's documentation of each name it uses.

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
  watchesLoss,
} from './python.ts';

/**
 * The same run in PyTorch: data from `rows.csv`, the same network, loss, penalty, optimizer, schedule and batches. What
 * PyTorch lacks is said in the comment at the top.
 *
 * @throws SpecError
 */
export function toPyTorch(document: Run): string {
  const run = fitted(document);
  const body = [
    `torch.manual_seed(${run.seed})`,
    '',
    ...readRows(run, (table) => `torch.from_numpy(${table})`),
    '',
    ...network(run),
    '',
    '# Basin keeps weights in the same order and shape: layers.0.weight [fan_out, fan_in], layers.0.bias, layers.1.weight, …',
    '# for name, values in safetensors.torch.load_file("model.safetensors").items():',
    '#     _, number, what = name.split(".")',
    '#     getattr(layers[int(number)], what).data.copy_(values)',
    '',
    ...batches(run, { arange: 'torch.arange', permutation: 'torch.randperm', array: 'torch.tensor' }, (rows) => rows),
    '',
    '',
    ...loss(run),
    '',
    '',
    ...rate(run),
    ...optimizer(run.optimizer),
    ...training(run),
    '',
    ...results,
  ];
  const modules = ['copy', 'itertools', 'math'];
  return [
    ...header(run, 'PyTorch', 'torch', differences(run)),
    '',
    ...imports(body, modules),
    '',
    'import numpy as np',
    'import torch',
    'from torch import nn',
    'from torch.nn import functional as F',
    '',
    ...body,
    '',
  ].join('\n');
}

function differences(run: CanonicalRun): string[] {
  const inside = 'epsilonInside' in run.optimizer && run.optimizer.epsilonInside;
  return [
    ...commonDifferences(run),
    ...(inside ? ['the run divides by sqrt(s + epsilon), PyTorch by sqrt(s) + epsilon'] : []),
  ];
}

// ---------------------------------------------------------------- network

const ACTIVATIONS: Readonly<Record<ActivationName, string | null>> = {
  relu: 'nn.ReLU()',
  leakyRelu: 'nn.LeakyReLU(0.01)',
  sigmoid: 'nn.Sigmoid()',
  tanh: 'nn.Tanh()',
  gelu: "nn.GELU(approximate='tanh')",
  linear: null,
};

function network(run: FittedRun): string[] {
  const lines = run.layers.map(({ units, activation, dropRate }, l) => {
    const fanIn = l === 0 ? 'x.shape[1]' : run.layers[l - 1]!.units;
    const modules = [
      `nn.Linear(${fanIn}, ${units})`,
      ACTIVATIONS[activation],
      dropRate > 0 ? `nn.Dropout(${dropRate})` : null,
    ];
    return `    ${modules.filter((each) => each !== null).join(', ')},`;
  });
  return [
    '# The last layer gives logits: the loss applies sigmoid or softmax itself.',
    'model = nn.Sequential(',
    ...lines,
    ')',
    'layers = [each for each in model if isinstance(each, nn.Linear)]',
    ...start(run.init),
  ];
}

function start(init: CanonicalInit): string[] {
  if (init.scheme === 'given') {
    const given = init.weights!.map(({ w, b }) => `    (${JSON.stringify(w)}, ${JSON.stringify(b)}),`);
    return [
      'given = [',
      ...given,
      ']',
      'with torch.no_grad():',
      '    for layer, (weight, bias) in zip(layers, given):',
      '        layer.weight.copy_(torch.tensor(weight))',
      '        layer.bias.copy_(torch.tensor(bias))',
    ];
  }
  return ['for layer in layers:', `    ${START[init.scheme](init.scale ?? 1)}`, '    nn.init.zeros_(layer.bias)'];
}

const START: Readonly<Record<Exclude<CanonicalInit['scheme'], 'given'>, (scale: number) => string>> = {
  zeros: () => 'nn.init.zeros_(layer.weight)',
  normal: (scale) => `nn.init.normal_(layer.weight, std=${scale})`,
  uniform: (scale) => `nn.init.uniform_(layer.weight, -${scale}, ${scale})`,
  xavierNormal: () => 'nn.init.xavier_normal_(layer.weight)  # deviation sqrt(2 / (fan_in + fan_out))',
  xavierUniform: () => 'nn.init.xavier_uniform_(layer.weight)  # half width sqrt(6 / (fan_in + fan_out))',
  heNormal: () => "nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')  # deviation sqrt(2 / fan_in)",
  heUniform: () => "nn.init.kaiming_uniform_(layer.weight, nonlinearity='relu')  # half width sqrt(6 / fan_in)",
  lecunNormal: () => "nn.init.kaiming_normal_(layer.weight, nonlinearity='linear')  # deviation sqrt(1 / fan_in)",
  lecunUniform: () => "nn.init.kaiming_uniform_(layer.weight, nonlinearity='linear')  # half width sqrt(3 / fan_in)",
};

// ---------------------------------------------------------------- loss

const LOSSES: Readonly<Record<FittedRun['loss'], readonly [loss: string, right: string | null]>> = {
  sigmoidCrossEntropy: [
    "F.binary_cross_entropy_with_logits(logits, y, reduction='sum') / len(y)",
    '((logits > 0) == (y > 0.5)).float().mean().item()',
  ],
  softmaxCrossEntropy: [
    'F.cross_entropy(logits, y[:, 0].long())',
    '(logits.argmax(1) == y[:, 0]).float().mean().item()',
  ],
  meanSquaredError: ["F.mse_loss(logits, y, reduction='sum') / len(y)", null],
};

function loss(run: FittedRun): string[] {
  const [dataLoss, right] = LOSSES[run.loss];
  const penalty = `${run.l2} / (2 * len(x)) * sum((layer.weight**2).sum() for layer in layers)`;
  return [
    'def data_loss(logits, y):',
    `    return ${dataLoss}`,
    '',
    '',
    'def objective(rows):',
    ...(run.l2 > 0
      ? [`    penalty = ${penalty}  # no biases`, '    return data_loss(model(x[rows]), y[rows]) + penalty']
      : ['    return data_loss(model(x[rows]), y[rows])']),
    '',
    '',
    '@torch.no_grad()',
    'def score(x, y):',
    '    model.eval()',
    '    logits = model(x)',
    '    model.train()',
    `    return {'loss': data_loss(logits, y).item()${right ? `, 'accuracy': ${right}` : ''}}`,
  ];
}

// ---------------------------------------------------------------- optimizer

const PLAIN: Functions = {
  max: (a, b) => `max(${a}, ${b})`,
  min: (a, b) => `min(${a}, ${b})`,
  floor: (a, b) => `(${a} // ${b})`,
  cos: (a) => `math.cos(${a})`,
};

function rate(run: CanonicalRun): string[] {
  const expression = rateExpression(run, PLAIN);
  if (expression === null) return [];
  const { schedule } = run.optimizer;
  const rates = schedule.name === 'given' ? [`RATES = ${JSON.stringify(schedule.values)}  # of each step`, '', ''] : [];
  const epoch = expression.includes('epoch') ? ['    epoch = step // STEPS_PER_EPOCH'] : [];
  return [...rates, 'def rate(step):', ...epoch, `    return ${expression}`, '', ''];
}

/** Basin's momentum is an average, v = βv + (1 − β)g; PyTorch's is a sum, so its rate is (1 − β) times as large. */
function shareOf(optimizer: CanonicalOptimizer): string {
  return 'beta' in optimizer && optimizer.name !== 'rmsprop' ? `(1 - ${optimizer.beta}) * ` : '';
}

function optimizer(of: CanonicalOptimizer): string[] {
  const share = shareOf(of);
  const comment = share === '' ? [] : ['# PyTorch sums gradients where Basin averages them, hence 1 - momentum.'];
  return [...comment, `optimizer = ${construct(of, `lr=${share}${of.learningRate}`)}`];
}

function construct(of: CanonicalOptimizer, lr: string): string {
  switch (of.name) {
    case 'sgd':
      return `torch.optim.SGD(model.parameters(), ${lr})`;
    case 'momentum':
      return `torch.optim.SGD(model.parameters(), ${lr}, momentum=${of.beta})`;
    case 'nesterov':
      return `torch.optim.SGD(model.parameters(), ${lr}, momentum=${of.beta}, nesterov=True)`;
    case 'rmsprop':
      return `torch.optim.RMSprop(model.parameters(), ${lr}, alpha=${of.beta}, eps=${of.epsilon})`;
    case 'adam':
      return `torch.optim.Adam(model.parameters(), ${lr}, betas=(${of.beta1}, ${of.beta2}), eps=${of.epsilon})`;
    case 'adamw': {
      const groups = `[{'params': [each.weight for each in layers]}, {'params': [each.bias for each in layers], 'weight_decay': 0}]`;
      return `torch.optim.AdamW(${groups}, ${lr}, betas=(${of.beta1}, ${of.beta2}), eps=${of.epsilon}, weight_decay=${of.weightDecay})`;
    }
    default:
      return of satisfies never;
  }
}

// ---------------------------------------------------------------- training

function training(run: FittedRun): string[] {
  const { clipNorm, schedule } = run.optimizer;
  const every = typeof run.record === 'number' ? String(run.record) : `(${run.record.epochs} * STEPS_PER_EPOCH)`;
  const setRate = [
    '    for group in optimizer.param_groups:',
    `        group['lr'] = ${shareOf(run.optimizer)}rate(step)`,
  ];
  return [
    ...(run.earlyStopping ? ['best, waited, kept = -math.inf, 0, copy.deepcopy(model.state_dict())'] : []),
    'for step, rows in zip(range(STEPS), batches()):',
    ...(schedule.name === 'constant' ? [] : setRate),
    '    optimizer.zero_grad()',
    '    loss = objective(rows)',
    '    loss.backward()',
    ...(clipNorm === undefined ? [] : [`    nn.utils.clip_grad_norm_(model.parameters(), ${clipNorm})`]),
    '    optimizer.step()',
    `    if step % ${every} == 0:`,
    "        print(f'step {step}: loss {loss.item():.6f}')",
    ...(run.earlyStopping ? stopping(run, run.earlyStopping.patience) : []),
  ];
}

/** The held-out rows are scored after each epoch; the best weights are kept whether or not it stops. */
function stopping(run: FittedRun, patience: number): string[] {
  const value = watchesLoss(run) ? "-score(*part(1))['loss']" : "score(*part(1))['accuracy']";
  return [
    '    if (step + 1) % STEPS_PER_EPOCH == 0:',
    `        value, waited = ${value}, waited + 1`,
    '        if value > best:',
    '            best, waited, kept = value, 0, copy.deepcopy(model.state_dict())',
    `        if waited == ${patience}:`,
    '            break',
    'model.load_state_dict(kept)',
  ];
}

const results = [
  "for name, number in (('train', 0), ('validation', 1), ('test', 2)):",
  '    if len(part(number)[0]) > 0:',
  '        print(name, score(*part(number)))',
];
