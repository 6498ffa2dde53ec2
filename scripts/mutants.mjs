// `npm run test:mutants [name part]`: plants known bugs one at a time and shows which test kills each; exits 1 if one survives.
// Bugs are planted in a temporary copy of the checkout, which itself is never touched.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureChrome } from './chrome.mjs';
import { ensureInstalled } from './setup.mjs';

const root = join(import.meta.dirname, '..');

const gpu = (only) => ({ project: 'gpu', file: 'tests/gpu/ops.test.ts', only });
const unit = (file, only) => ({ project: 'unit', file: `tests/unit/${file}.test.ts`, only });

/** name · file · [text, what stands in its place] · the test that should notice */
const MUTANTS = [
  // Kernels
  [
    'model 2 reads model 1’s weights',
    'shaders/dense_forward.wgsl',
    ['let w0_at = model * dims.params + dims.w_offset', 'let w0_at = dims.w_offset'],
    gpu('^dense_forward '),
  ],
  [
    'a row of the tile read twice',
    'shaders/dense_forward.wgsl',
    ['x2(at + 3u * stride, inside)', 'x2(at + 2u * stride, inside)'],
    gpu('^dense_forward '),
  ],
  [
    'dropped bound of the last unit',
    'shaders/dense_forward.wgsl',
    ['if (left > 1u) { y[start + 1u] = h.y; }', 'y[start + 1u] = h.y;'],
    gpu('^dense_forward '),
  ],
  [
    'bias added twice',
    'shaders/dense_forward.wgsl',
    ['let z = total + bias;', 'let z = total + 2.0 * bias;'],
    gpu('^dense_forward '),
  ],
  [
    'x is never shared by the models',
    'shaders/dense_grad_w.wgsl',
    ['dims.x_offset + model * dims.x_stride', 'dims.x_offset + model * dims.batch * dims.fan_in'],
    gpu('^dense_grad_w '),
  ],
  [
    'bias gradient lost',
    'shaders/dense_grad_w.wgsl',
    ['bias0 += vec2f(1.0) * d0;', 'bias0 += vec2f(0.0) * d0;'],
    gpu('^dense_grad_w '),
  ],
  [
    'λ on biases',
    'shaders/dense_grad_w.wgsl',
    [
      '= bias[u / 4u][u % 4u]; }',
      '= bias[u / 4u][u % 4u] + l2 * parameters[model * dims.params + dims.b_offset + unit + u]; }',
    ],
    gpu('^dense_grad_w '),
  ],
  [
    'the slope is of the output after dropout',
    'shaders/dense_grad_x.wgsl',
    ['let scaled = kept / select', 'let scaled = kept * 1.0 + 0.0 * select'],
    gpu('^dense_grad_x '),
  ],
  [
    'relu’(0) = 1',
    'shaders/lib/activation.wgsl',
    ['select(vec4f(0.0), vec4f(1.0), saved > vec4f(0.0))', 'select(vec4f(0.0), vec4f(1.0), saved >= vec4f(0.0))'],
    gpu('^dense_grad_x .* relu'),
  ],
  [
    'tanh of any argument',
    'shaders/lib/numeric.wgsl',
    ['tanh(clamp(x, vec4f(-15.0), vec4f(15.0)))', 'tanh(x)'],
    gpu('^activation_forward .* edges'),
  ],
  ['missing 1/B', 'shaders/loss_head.wgsl', ['= slope / f32(rows);', '= slope;'], gpu('^loss_head ')],
  [
    'short batch divided by the whole batch',
    'shaders/loss_head.wgsl',
    ['= slope / f32(rows);', '= slope / f32(dims.batch);'],
    gpu('^loss_head '),
  ],
  [
    'softmax without taking the largest away',
    'shaders/lib/loss.wgsl',
    ['{ largest = max(largest, logits[start + o]); }', '{ largest = 0.0; }'],
    gpu('^loss_head .* edges'),
  ],
  ['the penalty counts biases', 'shaders/objective.wgsl', ['tensor += 2u', 'tensor += 1u'], gpu('^objective ')],
  ['a step of the reduction left out', 'shaders/lib/reduce.wgsl', ['half > 0u;', 'half > 1u;'], gpu('^objective ')],
  [
    'NaN looked for by comparison',
    'shaders/lib/numeric.wgsl',
    ['return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;', 'return x == x;'],
    gpu('^objective '),
  ],
  [
    'mask of another step',
    'shaders/lib/dropout.wgsl',
    ['vec2u(step, e >> 2u)', 'vec2u(step + 1u, e >> 2u)'],
    gpu('^dropout_mask '),
  ],
  ['keep threshold inverted', 'shaders/lib/dropout.wgsl', ['return lanes <', 'return lanes >='], gpu('^dropout_mask ')],
  [
    'lanes of a draw that is cut in two',
    'shaders/lib/dropout.wgsl',
    ['vec4u(lanes.zw, next.xy), shift == 2u', 'vec4u(lanes.zw, next.yx), shift == 2u'],
    gpu('^dense_forward .* counters'),
  ],
  [
    'one wrong rotation',
    'shaders/lib/rng.wgsl',
    ['vec4u(13u, 15u, 26u, 6u)', 'vec4u(13u, 15u, 26u, 7u)'],
    gpu('^lib/rng '),
  ],
  [
    'β₁ where β₂ belongs',
    'shaders/optimizer_step.wgsl',
    ['moments[second] + h.share2', 'moments[second] + h.share1'],
    gpu('^optimizer_step '),
  ],
  [
    'epsilon on the wrong side of the root',
    'shaders/optimizer_step.wgsl',
    ['if (EPSILON_INSIDE != 0u)', 'if (EPSILON_INSIDE == 0u)'],
    gpu('^optimizer_step '),
  ],
  [
    'rate of the table’s first step',
    'shaders/optimizer_step.wgsl',
    ['(clock.step - clock.first) * 4u', '0u'],
    gpu('^optimizer_step '),
  ],
  [
    'divergence marked a step early',
    'shaders/optimizer_step.wgsl',
    ['clock.step + 1u)', 'clock.step)'],
    gpu('^optimizer_step .* lost'),
  ],
  [
    'every model clipped at the first one’s norm',
    'shaders/clip_gradient.wgsl',
    ['hyper[group.z]', 'hyper[0]'],
    gpu('^clip_gradient '),
  ],
  [
    'rows past the end of a batch are not zeros',
    'shaders/batch_gather.wgsl',
    ['let is_row = row != NO_ROW;', 'let is_row = true;'],
    gpu('^batch_gather '),
  ],
  [
    'every pass scores into the first blocks',
    'shaders/score_rows.wgsl',
    ['dims.block_offset + id.x', 'id.x'],
    gpu('^score_rows '),
  ],
  ['class 1 from one half on', 'shaders/score_rows.wgsl', ['> 0.5)', '>= 0.5)'], gpu('^score_rows ')],
  // CPU functions
  [
    'relu’(0) = 1 (CPU)',
    'src/ops/activation.ts',
    ['return saved > 0 ? 1 : 0;', 'return saved >= 0 ? 1 : 0;'],
    unit('ops-activation'),
  ],
  ['missing 1/B (CPU)', 'src/ops/loss.ts', ['= slope / rows;', '= slope;'], unit('ops-loss')],
  [
    'log of a probability (CPU)',
    'src/ops/loss.ts',
    ['Math.log1p(Math.exp(-Math.abs(z)))', 'Math.log(1 + Math.exp(-z)) - Math.max(-z, 0)'],
    unit('ops-loss'),
  ],
  ['the penalty counts biases (CPU)', 'src/ops/loss.ts', ['tensor += 2', 'tensor += 1'], unit('ops-loss')],
  [
    'λ on biases (CPU)',
    'src/ops/dense.ts',
    [
      'a.gradients[start + d.b_offset + o] = bias;',
      'a.gradients[start + d.b_offset + o] = bias + l2 * a.parameters[m * d.params + d.b_offset + o]!;',
    ],
    unit('gradients-ops'),
  ],
  [
    'no mask in the backward pass (CPU)',
    'src/ops/dense.ts',
    ['activationSlope(c.ACTIVATION, output) * factor;', 'activationSlope(c.ACTIVATION, output);'],
    unit('gradients-ops'),
  ],
  [
    'drop rate for keep rate (CPU)',
    'src/ops/dropout.ts',
    ['65536 * (1 - dropRate)', '65536 * dropRate'],
    unit('ops-dropout'),
  ],
  [
    'given mask of another step (CPU)',
    'src/ops/dropout.ts',
    ['(step % d.masks)', '((step + 1) % d.masks)'],
    unit('ops-dropout'),
  ],
  [
    'decay on biases (CPU)',
    'src/ops/optimizer.ts',
    ['OPTIMIZER.adamw && isWeight', 'OPTIMIZER.adamw'],
    unit('optimizers'),
  ],
  [
    'nesterov without looking ahead (CPU)',
    'src/ops/optimizer.ts',
    ['alpha * ((1 - share1) * v + share1 * g)', 'alpha * v'],
    unit('optimizers'),
  ],
  [
    'clipped to the square of the norm (CPU)',
    'src/ops/optimizer.ts',
    ['Math.sqrt(squares)', 'squares'],
    unit('optimizers'),
  ],
  // Plan
  [
    'masks of the layer above',
    'src/plan/compile.ts',
    ['...dropoutDims(shape, l - 1)', '...dropoutDims(shape, l)'],
    unit('gradients-ops'),
  ],
  [
    'gelu’s slope from its output',
    'src/plan/compile.ts',
    ['saved: keepsZ(shape, l - 1) ?', 'saved: false ?'],
    unit('gradients-ops'),
  ],
  [
    'dropout when predicting',
    'src/plan/compile.ts',
    [
      'ACTIVATION: ACTIVATION[layer.activation], DROPOUT: DROPOUT.none }',
      'ACTIVATION: ACTIVATION[layer.activation], DROPOUT: DROPOUT[layer.dropout] }',
    ],
    unit('plan'),
  ],
  [
    'models share the hidden layer’s output',
    'src/plan/compile.ts',
    ['x_stride: shape.batch * places[l]!.fanIn', 'x_stride: 0'],
    unit('plan'),
  ],
  [
    'every pass evaluates the first rows',
    'src/plan/compile.ts',
    ['x_offset: input.offset * fanIn', 'x_offset: 0'],
    unit('plan'),
  ],
  ['the clock stands still', 'src/plan/compile.ts', [', advance()];', '];'], unit('plan')],
  [
    'biases overlap the next weights',
    'src/plan/memory.ts',
    ['end = alignUp(bOffset + units,', 'end = alignUp(bOffset,'],
    unit('plan'),
  ],
  [
    'limits one too small',
    'src/plan/memory.ts',
    ['need > limits.bufferBytes', 'need >= limits.bufferBytes'],
    unit('plan'),
  ],
].map(([name, file, [from, to], test]) => ({ name, file, from, to, test }));

let copy;
let running;

function removeCopy() {
  running?.kill();
  if (copy) rmSync(copy, { recursive: true, force: true });
  copy = undefined;
}

/** The files that git knows of or would take, as they are now, and the same node_modules. */
function makeCopy() {
  copy = mkdtempSync(join(tmpdir(), 'basin-mutants-'));
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  if (listed.status !== 0) throw new Error('git ls-files failed: the mutants need a git checkout');
  for (const file of listed.stdout.toString().split('\0').filter(Boolean)) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
}

/** Runs one test selection in the copy: how many tests ran, and the names of those that failed. */
async function runTests({ project, file, only }) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    project,
    file,
    '--reporter=json',
    `--outputFile=${report}`,
  ];
  if (only) args.push('-t', only);
  const output = [];
  running = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [running.stdout, running.stderr]) stream.on('data', (data) => output.push(data));
  await new Promise((resolve) => running.on('close', resolve));
  running = undefined;
  if (!existsSync(report)) throw new Error(`vitest left no report for ${file}:\n${Buffer.concat(output)}`);
  const tests = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap((result) => result.assertionResults);
  const ran = tests.filter(({ status }) => status === 'passed' || status === 'failed');
  return { ran: ran.length, failed: ran.filter(({ status }) => status === 'failed').map(({ title }) => title) };
}

/** Without a bug every selection must pass, or a kill would mean nothing. */
async function checkControls(mutants) {
  const selections = new Map(mutants.map(({ test }) => [JSON.stringify(test), test]));
  for (const test of selections.values()) {
    const { ran, failed } = await runTests(test);
    const where = `${test.file} ${test.only ?? ''}`;
    if (ran === 0) throw new Error(`no test runs for ${where}`);
    if (failed.length > 0) throw new Error(`${where} fails without any bug: ${failed[0]}`);
  }
}

/** Names of the tests that fail with this bug. */
async function plant({ name, file, from, to, test }) {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new Error(`"${name}": its text stands ${parts.length - 1} times in ${file}, not once: ${from}`);
  writeFileSync(path, parts.join(to));
  try {
    return (await runTests(test)).failed;
  } finally {
    if (copy) writeFileSync(path, text);
  }
}

async function main() {
  const wanted = process.argv[2] ?? '';
  const mutants = MUTANTS.filter(({ name, file }) => `${file} ${name}`.includes(wanted));
  makeCopy();
  await checkControls(mutants);
  let survivors = 0;
  for (const mutant of mutants) {
    const start = Date.now();
    const failed = await plant(mutant);
    const seconds = ((Date.now() - start) / 1000).toFixed(1).padStart(5);
    const more = failed.length > 1 ? `, and ${failed.length - 1} more` : '';
    const verdict = failed.length > 0 ? `killed by "${failed[0]}"${more}` : 'SURVIVED';
    if (failed.length === 0) survivors += 1;
    console.log(`${mutant.name.padEnd(46)} ${mutant.file.padEnd(32)} ${seconds} s  ${verdict}`);
  }
  console.log(`basin: ${mutants.length} bugs planted, ${mutants.length - survivors} killed, ${survivors} survived`);
  process.exitCode = survivors > 0 || mutants.length === 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    removeCopy();
    process.exit(130);
  });
}

try {
  ensureInstalled();
  ensureChrome();
  await main();
} catch (error) {
  console.error(`basin: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  removeCopy();
}
