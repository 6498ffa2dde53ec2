// Who did best in a lesson: the words at the end and the guess rest on it.
import { expect, test } from 'vitest';
import { type Contender, NEW_POINTS, type Outcome, winners } from '../../demo/lessons/lesson.ts';
import { optimizers } from '../../demo/lessons/optimizers.ts';

const contender = (id: string): Contender => ({ id, label: id.toUpperCase(), note: '', patch: {} });

const outcome = (id: string, loss: number, accuracy: number): Outcome => ({
  contender: contender(id),
  scores: { train: { loss, accuracy: 0.5 }, validation: null, test: { loss, accuracy } },
  firstLoss: 1,
  steps: id === 'gd' ? 200 : 1000,
});

const ids = (found: readonly Contender[]) => found.map(({ id }) => id);
const six = (losses: readonly number[], accuracies: readonly number[]) =>
  ['gd', 'minibatch', 'momentum', 'rmsprop', 'adam', 'decay'].map((id, i) => outcome(id, losses[i]!, accuracies[i]!));

test('several may have the most new points right; who diverged is none of them', () => {
  const all = [
    outcome('a', 1, 0.9),
    outcome('b', 2, 0.95),
    outcome('c', 3, 0.95),
    outcome('d', Number.NaN, Number.NaN),
  ];
  expect(ids(winners(NEW_POINTS, all))).toEqual(['b', 'c']);
  expect(winners(NEW_POINTS, [all[3]!])).toEqual([]);
});

test('optimizers: the lowest training loss wins, and losses that read the same are level', () => {
  const { aim } = optimizers;
  expect(ids(winners(aim, six([0.6, 0.5, 0.5, 0.2, 0.1, 0.7], [0.5, 0.5, 0.5, 0.99, 0.9, 0.5])))).toEqual(['adam']);
  expect(ids(winners(aim, six([0.6, 0.5, 0.5, 0.10004, 0.10001, Number.NaN], [0, 0, 0, 0, 0, 0])))).toEqual([
    'rmsprop',
    'adam',
  ]);
});

test('optimizers: one alone is called the lowest, and the most new points are said to be another matter', () => {
  const words = optimizers.explain(six([0.6, 0.5, 0.5, 0.2, 0.1, 0.7], [0.5, 0.5, 0.5, 0.99, 0.9, 0.5])).join(' ');
  expect(words).toMatch(/^From the lowest training loss up: ADAM \(0\.100\), RMSPROP \(0\.200\), MINIBATCH/);
  expect(words).toMatch(/Of new points RMSPROP gets the most right, 99\.0 %/);
  expect(words).not.toMatch(/ADAM (gets|also)|best/);
  const both = optimizers.explain(six([0.6, 0.5, 0.5, 0.2, 0.1, 0.7], [0.5, 0.5, 0.5, 0.9, 0.99, 0.5])).join(' ');
  expect(both).toMatch(/ADAM also gets the most new points right, 99\.0 %\./);
});

test('optimizers: what diverged is compared with nothing', () => {
  const words = optimizers.explain(six([Number.NaN, 0.5, Number.NaN, 0.2, 0.1, 0.4], [0.5, 0.5, 0.5, 0.9, 0.9, 0.9]));
  expect(words[0]).toMatch(/MINIBATCH \(0\.500\), GD \(not a number\), MOMENTUM \(not a number\)/);
  expect(words.slice(1).join(' ')).not.toMatch(/not a number|NaN|Momentum/);
});
