// Every trained experiment of the notebooks is a preset, and says what the ground-truth files say.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { presetNotes, presets } from '../../src/spec/presets.ts';
import type { CanonicalInit, CanonicalOptimizer, CanonicalRun, CanonicalSchedule } from '../../src/spec/types.ts';
import { validate } from '../../src/spec/validate.ts';

/** `config` of an experiment in tests/fixtures. */
interface Config {
  layers: number[];
  init: { kind: string; seed?: number; standardDeviation?: number };
  optimizer: { kind: string; beta?: number; beta1?: number; beta2?: number; epsilon?: number };
  learningRate: number;
  lambda: number;
  keepProb: number;
  iterations?: number;
  epochs?: number;
  batchSize?: number;
  decay?: { kind: string; rate: number; interval?: number } | null;
}

interface Experiment {
  id: string;
  config: Config;
  printed: { cost: { iterations?: number[]; epochs?: number[] } };
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'));
const experiments: Experiment[] = ['initialization', 'regularization', 'optimization'].flatMap(
  (name) => read(name).experiments,
);
const presetOf = (id: string): CanonicalRun => validate(presets[id]);

const SCHEMES: Record<string, string> = { zeros: 'zeros', normal: 'normal', he: 'heNormal', xavier: 'lecunNormal' };
const EVERY: Record<string, number> = { everyEpoch: 1, fixedInterval: 1000 };

function expectedInit({ kind, seed, standardDeviation }: Config['init']): Partial<CanonicalInit> {
  return {
    scheme: SCHEMES[kind] as CanonicalInit['scheme'],
    ...(seed !== undefined && { seed }),
    ...(standardDeviation !== undefined && { scale: standardDeviation }),
  };
}

function expectedOptimizer({
  optimizer: { kind, ...constants },
  learningRate,
  decay,
}: Config): Partial<CanonicalOptimizer> {
  const schedule: CanonicalSchedule = decay
    ? { name: 'inverseTime', decayRate: decay.rate, every: decay.interval ?? EVERY[decay.kind] ?? 0, delay: 1 }
    : { name: 'constant' };
  const name = (kind === 'gd' ? 'sgd' : kind) as CanonicalOptimizer['name'];
  return { name, learningRate, ...constants, schedule, ...(name === 'adam' && { epsilonInside: true }) };
}

describe('an experiment of the notebooks', () => {
  test.each(experiments)('$id', ({ id, config, printed }) => {
    const run = presetOf(id);
    expect(run.rng).toBe('numpy');
    expect(run.layers.map(({ units }) => units)).toEqual(config.layers.slice(1));
    expect(run.layers.slice(0, -1).every(({ activation }) => activation === 'relu')).toBe(true);
    for (const { dropRate } of run.layers.slice(0, -1)) expect(1 - dropRate).toBeCloseTo(config.keepProb, 15);
    expect(run.loss).toBe('sigmoidCrossEntropy');
    expect(run.l2).toBe(config.lambda);
    expect(run.init).toMatchObject(expectedInit(config.init));
    expect(run.optimizer).toMatchObject(expectedOptimizer(config));
    expect(run.batch.size).toBe(config.batchSize ?? 'full');
    expect([run.steps, run.epochs]).toEqual([config.iterations, config.epochs]);
    const every = typeof run.record === 'number' ? run.record : run.record.epochs;
    for (const at of printed.cost.iterations ?? printed.cost.epochs ?? []) expect(at % every).toBe(0);
  });

  test('the data and their seeds', () => {
    for (const { id } of experiments) {
      const { data } = presetOf(id);
      const group = id.split('/')[0];
      if (group === 'initialization') {
        expect(data).toMatchObject({ name: 'circles', rows: 300, testRows: 100, noise: 0.05, seed: 1, testSeed: 2 });
      } else if (group === 'regularization') {
        expect(data).toMatchObject({ name: 'football', rows: 211, testRows: 200, seed: 6 });
      } else {
        expect(data).toMatchObject({ name: 'moons', rows: 300, testRows: 0, noise: 0.2, seed: 3 });
      }
    }
  });

  test('batches are shuffled from seed 11, masks from seed 1', () => {
    const { seedOfEpoch0 } = read('minibatch-permutations');
    expect(presetOf('optimization/gd').batch).toEqual({ size: 64, order: 'shuffle', seed: seedOfEpoch0 });
    expect(presetOf('regularization/dropout').maskSeed).toBe(read('dropout-masks').seed);
  });

  test('gradient checking has the 47 given parameters and the columns of x as rows', () => {
    const [experiment] = read('gradient-checking').experiments.filter(({ id }: { id: string }) =>
      id.endsWith('n-dimensional'),
    );
    const { data, init, layers, steps } = presetOf('gradient-checking/n-dimensional');
    expect(layers.map(({ units }) => units)).toEqual(experiment.config.layers.slice(1));
    expect(init.weights).toEqual(experiment.weights.map(({ W, b }: { W: number[][]; b: number[] }) => ({ w: W, b })));
    expect(init.weights!.flatMap(({ w, b }) => [...w.flat(), ...b])).toHaveLength(47);
    if (!('x' in data)) throw new Error('the rows are not inline');
    data.x.forEach((row, i) => {
      expect(row).toEqual(experiment.config.x.map((column: number[]) => column[i]));
    });
    expect(data.y).toEqual(experiment.config.labels[0]);
    expect(steps).toBe(0);
  });
});

describe('every preset', () => {
  test('has a name of its own and one line about it', () => {
    expect(Object.keys(presetNotes)).toEqual(Object.keys(presets));
    const names = Object.values(presets).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const note of Object.values(presetNotes)) expect(note).toMatch(/^.{20,100}$/);
  });

  test('the regularization presets say whose football it is', () => {
    for (const id of ['none', 'l2', 'dropout'])
      expect(presetNotes[`regularization/${id}`]).toContain('our own football');
  });

  test.each(Object.entries(presets))('%s: its canonical form is canonical', (_, preset) => {
    const canonical = validate(preset);
    expect(JSON.stringify(validate(canonical))).toBe(JSON.stringify(canonical));
  });
});
