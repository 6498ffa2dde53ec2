// The bugs that `npm run test:mutants` plants: each must be noticed by the test named beside it.

const gpu = (only) => ({ project: 'gpu', file: 'tests/gpu/ops.test.ts', only });
const resident = (only) => ({ project: 'gpu', file: 'tests/gpu/resident.test.ts', only });
const unit = (file, only) => ({ project: 'unit', file: `tests/unit/${file}.test.ts`, only });

/** name · file · [text, what stands in its place] · the test that should notice */
/** @type {[name: string, file: string, change: [from: string, to: string], test: object][]} */
const list = [
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
    ['x2(at.w, inside)', 'x2(at.z, inside)'],
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
    'swapped rows stored as if there had been no swap',
    'shaders/dense_forward_wide.wgsl',
    ['row + (r ^ lane)', 'row + r'],
    gpu('^dense_forward_wide '),
  ],
  [
    'swapped units stored as if there had been no swap',
    'shaders/dense_grad_w_wide.wgsl',
    ['4u * (swap ^ lane)', '4u * swap'],
    gpu('^dense_grad_w_wide '),
  ],
  [
    'one lane stores all biases of its four',
    'shaders/dense_grad_w_subgroup.wgsl',
    ['store_bias(start, unit + lane, bias0)', 'store_bias(start, unit, bias0)'],
    gpu('^dense_grad_w_subgroup '),
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
    'one wrong rotation of three blocks at once',
    'shaders/lib/rng_triple.wgsl',
    ['rng_triple_rotate(y3, rng_rotations[0])', 'rng_triple_rotate(y3, rng_rotations[1])'],
    resident('^software W2: the first'),
  ],
  [
    'an upper half compared in a lower half’s bit',
    'shaders/lib/rng_triple.wgsl',
    ['vec3u(0x20000u)', 'vec3u(0x10000u)'],
    resident('^software W2: the first'),
  ],
  [
    'a neighbour’s row in place of the one across',
    'src/plan/resident/lanes.ts',
    ["'quadSwapY', 'quadSwapDiagonal'", "'quadSwapY', 'quadSwapX'"],
    resident('^software W2: the first'),
  ],
  [
    'a gradient for a lane that has no unit',
    'src/plan/resident/software.ts',
    ['], lane < ', '], 4u > 0u * '],
    resident('^software three hidden layers: the first'),
  ],
  [
    'the penalty of weights that lanes share out, one lane’s alone',
    'src/plan/resident/software.ts',
    ['+= subgroupAdd(own_', '+= (own_'],
    resident('^software W2: the first'),
  ],
  [
    'the next unit’s bit of dropout',
    'src/plan/resident/dropout.ts',
    ['bit: from + (u % inWord)', 'bit: from + ((u + 1) % inWord)'],
    resident('^software W2: the first'),
  ],
  [
    'dropout drawn beyond a layer’s units into the next layer’s',
    'src/plan/resident/dropout.ts',
    ['2 ** units - 1', '2 ** 32 - 1'],
    resident('^software tanh: the first'),
  ],
  [
    'room for one piece of dropout where two are in use',
    'src/plan/resident/dispatches.ts',
    ['aside ? 2 * piece : steps', 'aside ? piece : steps'],
    unit('resident', 'aside, where'),
  ],
  [
    'dropout drawn a piece late',
    'src/plan/resident/dispatches.ts',
    ['draw_from: p * piece', 'draw_from: (p + 1) * piece'],
    resident('^software W2: the first'),
  ],
  [
    'a row’s units taken to open a draw',
    'src/plan/resident/dropout.ts',
    ['unitsOf(network, l) % 4 === 0;', 'unitsOf(network, l) > 0;'],
    resident('^gpu W2: the first'),
  ],
  [
    'a gradient through dropout that is scaled the wrong way',
    'src/plan/resident/forward.ts',
    [') * scale', ') / scale'],
    resident('^software W2: the first'),
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
    'every batch is the first of the table',
    'shaders/lib/batch.wgsl',
    ['(clock.step - clock.first) * dims.batch', '0u'],
    gpu('^dense_grad_w.* gathered'),
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
    'a share’s rows begin where those of the whole do',
    'src/plan/share.ts',
    ['own: r * ownRow + begin - start', 'own: begin - start'],
    unit('share'),
  ],
  [
    'a share has the parameters of the models before it',
    'src/plan/share.ts',
    ['const start = r * row + share.first * stride;', 'const start = r * row;'],
    unit('share'),
  ],
  [
    'models share the hidden layer’s output',
    'src/plan/compile.ts',
    ['stride: rows * places[l]!.fanIn', 'stride: 0'],
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
  // The CPU's kernels
  [
    'a row of the register tile read twice',
    'wasm/product.ts',
    ['const v3 = v128.load_splat<f32>(a3);', 'const v3 = v128.load_splat<f32>(a2);'],
    unit('wasm-kernels', 'dense_forward: '),
  ],
  [
    'stores past the last column',
    'wasm/product.ts',
    ['  if (columns > 2) v128.store_lane<f32>(to, values, 2, 8);', '  v128.store_lane<f32>(to, values, 2, 8);'],
    unit('wasm-kernels', 'dense_'),
  ],
  [
    'only the last block of rows counts',
    'wasm/dense.ts',
    ['store<f32>(out, load<f32>(out) + sum);', 'store<f32>(out, sum);'],
    unit('wasm-kernels', 'dense_grad_w: '),
  ],
  [
    'a rotation off by one bit',
    'wasm/dropout.ts',
    [
      'x0 = i32x4.add(x0, i32x4.splat(key1)); x1 = i32x4.add(x1, i32x4.splat(key2 + 4));',
      'x0 = i32x4.add(x0, i32x4.splat(key1)); x1 = i32x4.add(x1, i32x4.splat(key2 + 3));',
    ],
    unit('wasm-kernels', 'dense_forward: '),
  ],
  [
    'RMSProp without its epsilon',
    'wasm/optimizer.ts',
    ['f32x4.div(slope, f32x4.add(f32x4.sqrt(s), epsilons))', 'f32x4.div(slope, f32x4.sqrt(s))'],
    unit('wasm-kernels', 'optimizer_step: '),
  ],
  [
    'rows past the batch’s end have a loss',
    'wasm/loss.ts',
    ['memory.fill(rowLoss, 0, usize(batch - rows) << 2);', ''],
    unit('wasm-kernels', 'loss_head: '),
  ],
  [
    'every model trains with model 0’s weights',
    'src/backend/wasm-kernels.ts',
    [
      'const w = at(a.parameters, m * d.params + d.w_offset);\n    const b',
      'const w = at(a.parameters, d.w_offset);\n    const b',
    ],
    unit('wasm-kernels', 'dense_forward: '),
  ],
  // Sweeps
  [
    'the worst models go on',
    'src/train/sweep.ts',
    ["metric.endsWith('.loss') ? 1 : -1", "metric.endsWith('.loss') ? -1 : 1"],
    unit('halving'),
  ],
  [
    'models that diverged go on',
    'src/train/sweep.ts',
    ['if (!diverged[m]) values[model] =', 'values[model] ='],
    unit('halving'),
  ],
  [
    'a survivor goes on from its neighbour',
    'src/train/parts.ts',
    ['subarray(m * width, (m + 1) * width)', 'subarray(0, width)'],
    unit('halving'),
  ],
  [
    'rungs a factor too short',
    'src/spec/halving.ts',
    ['steps: Math.floor(steps / part) });', 'steps: Math.floor(steps / part / halving) });'],
    unit('halving'),
  ],
  [
    'no room is made for the next wave',
    'src/train/parts.ts',
    ['if (bytes <= memoryBytes) return;', 'return;'],
    unit('sweep-memory'),
  ],
  [
    'patience starts anew from a state',
    'src/train/fleet.ts',
    ['this.watched = state.watched;', 'this.watched = null;'],
    unit('sweep-state'),
  ],
  // Looking inside
  [
    'every step shows the first one’s masks',
    'src/train/masks.ts',
    ['clock: Uint32Array.of(step, 0, 0)', 'clock: Uint32Array.of(0, 0, 0)'],
    unit('inspect', 'kept units'),
  ],
  [
    'units take weights for biases',
    'src/train/inspect.ts',
    ['b_offset: w.length', 'b_offset: 0'],
    unit('inspect', 'by hand'),
  ],
  [
    'twins by what goes in alone',
    'src/train/diagnose.ts',
    ['return rowsEqual && next.w', 'return rowsEqual || next.w'],
    unit('diagnose', 'no symmetry'),
  ],
  [
    'a fix that changes nothing',
    'src/train/diagnose.ts',
    ['{ ...data, standardize: true }', '{ ...data, standardize: false }'],
    unit('diagnose', 'inputs in the thousands'),
  ],
  [
    'random directions of length 1',
    'src/train/plane.ts',
    ['scale(filter, norm(centre.subarray(first, first + fanIn)) / norm(filter));', 'scale(filter, 1 / norm(filter));'],
    unit('landscape', 'as long as'),
  ],
  [
    'projection without regard to slanted directions',
    'src/train/plane.ts',
    ['const x = (vv * ou - uv * ov) / determinant;', 'const x = ou / uu;'],
    unit('landscape', 'project to where they are'),
  ],
  [
    'a second component along the first',
    'src/train/plane.ts',
    ['strongest(products, [first])', 'strongest(products, [])'],
    unit('landscape', 'the plane is that of the two directions'),
  ],
  [
    'the landscape without its penalty',
    'src/train/landscape.ts',
    ['return (l2 / 2) * squares;', 'return 0 * squares;'],
    unit('landscape', 'parabola'),
  ],
  [
    'rows and columns of the landscape changed over',
    'src/train/landscape.ts',
    ['[x[m % x.length]!, y[Math.floor(m / x.length)]!]', '[x[Math.floor(m / x.length)]!, y[m % x.length]!]'],
    unit('landscape', 'parabola'),
  ],
];

export const MUTANTS = list.map(([name, file, [from, to], test]) => ({ name, file, from, to, test }));
