// Whole plans on the device against the CPU in f64: gradients, and the first steps' losses and weights.
import { beforeAll, expect, test } from 'vitest';
import type { AdapterTraits } from '../../src/plan/choose.ts';
import { expectClose } from '../support/close.ts';
import { relativeDistance } from '../support/differences.ts';
import { cpuNet, type NetSetting, randomNet } from '../support/net.ts';
import type { Trained } from './page/program.ts';
import { openPage, type TestPage } from './page-client.ts';

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

const STEPS = 20;

async function onCpu(setting: NetSetting): Promise<Trained> {
  const net = await cpuNet(setting);
  const gradients = await net.gradients();
  net.program.run('step', STEPS, () => true);
  const losses = Float64Array.from(await net.program.read('losses', 0, STEPS));
  return { gradients, losses, parameters: Float64Array.from(await net.program.read('parameters')) };
}

const sigmoid = (name: string, activation: 'relu' | 'tanh' | 'gelu') =>
  randomNet(name, [2, 8, 7, 1], activation, 'sigmoidCrossEntropy');

/** A network and a batch for which each kind of device gets its own kernels, and sums that are split. */
const skinny = randomNet('gpu skinny', [5, 70, 3], 'tanh', 'softmaxCrossEntropy', 600);
const device = { workgroupBytes: 16384, workgroupThreads: 256 };
const TRAITS: Record<string, AdapterTraits> = {
  'software, no subgroups': { ...device, software: true, subgroupSizes: null },
  'software, subgroups': { ...device, software: true, subgroupSizes: [4, 4] },
  gpu: { ...device, software: false, subgroupSizes: [32, 32] },
};

const SETTINGS: Record<string, NetSetting> = {
  'relu, sgd': { ...sigmoid('gpu relu', 'relu'), hyper: { learningRate: 0.1 } },
  'tanh, dropout, l2, momentum': {
    ...sigmoid('gpu tanh', 'tanh'),
    l2: 0.1,
    dropRates: [0.2, 0.4],
    optimizer: 'momentum',
    hyper: { learningRate: 0.1, beta1: 0.9 },
  },
  'gelu, softmax, batches in order, adam': {
    ...randomNet('gpu gelu', [3, 6, 4, 3], 'gelu', 'softmaxCrossEntropy'),
    order: Array.from({ length: STEPS }, (_, step) => [step % 6, (step + 2) % 6, (step + 3) % 6]),
    optimizer: 'adam',
    hyper: { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  },
  ...Object.fromEntries(
    Object.entries(TRAITS).map(([name, traits]) => [
      `kernels for ${name}`,
      { ...skinny, traits, l2: 0.01, dropRates: [0.2], hyper: { learningRate: 0.1 } },
    ]),
  ),
};

// f32 has 24 bits; 20 steps of a small smooth network lose a few of them. A wrong kernel loses all.
test.each(Object.entries(SETTINGS))('%s: gradients, losses and weights are those of the CPU', async (_, setting) => {
  const expected = await onCpu(setting);
  const trained = await page.call<Trained>('program.train', setting, STEPS, STEPS);
  expect(relativeDistance(trained.gradients, expected.gradients)).toBeLessThan(1e-5);
  expectClose(trained.losses, expected.losses, { rtol: 1e-5, atol: 1e-6 });
  expectClose(trained.parameters, expected.parameters, { rtol: 1e-4, atol: 1e-5 });
});

test('the number of steps in a submit does not change a bit', async () => {
  const setting = SETTINGS['tanh, dropout, l2, momentum']!;
  const [all, some, one] = await Promise.all(
    [STEPS, 7, 1].map((perSubmit) => page.call<Trained>('program.train', setting, STEPS, perSubmit)),
  );
  expect(some).toEqual(all);
  expect(one).toEqual(all);
});
