// Activations: values by hand, and slopes against differences.
import { describe, expect, test } from 'vitest';
import { ACTIVATION, activate, activationSlope } from '../../src/ops/activation.ts';
import { expectClose } from '../support/close.ts';
import { NO_DROPOUT, runCpu } from '../support/cpu-op.ts';
import { numericGradient } from '../support/differences.ts';

const names = Object.keys(ACTIVATION) as (keyof typeof ACTIVATION)[];

// The contract: ReLU'(0) = 0.
test("relu'(0) = 0", () => {
  expect(activationSlope(ACTIVATION.relu, activate(ACTIVATION.relu, 0))).toBe(0);
});

test('relu and leakyRelu on both sides of 0', () => {
  expect([-2, 0, 3].map((z) => activate(ACTIVATION.relu, z))).toEqual([0, 0, 3]);
  expectClose(
    [-2, 0, 3].map((z) => activate(ACTIVATION.leakyRelu, z)),
    [-0.02, 0, 3],
    { rtol: 1e-15 },
  );
});

// σ(ln 3) = 3/4, tanh(ln 2) = 3/5.
test('sigmoid and tanh where their values are fractions', () => {
  expectClose([activate(ACTIVATION.sigmoid, Math.log(3)), activate(ACTIVATION.sigmoid, -Math.log(3))], [0.75, 0.25], {
    rtol: 1e-15,
  });
  expectClose([activate(ACTIVATION.tanh, Math.log(2))], [0.6], { rtol: 1e-15 });
});

// Hendrycks & Gimpel 2016, arXiv:1606.08415, §2, worked in Python: 0.5 * z * (1 + math.tanh((2 / math.pi) ** 0.5 * (z + 0.044715 * z ** 3))).
test('gelu in its tanh form', () => {
  const values = [1, -1, 3].map((z) => activate(ACTIVATION.gelu, z));
  expectClose(values, [0.8411919906082768, -0.15880800939172324, 2.996362607918227], { rtol: 1e-14 });
});

describe.each(names)('%s', (name) => {
  const code = ACTIVATION[name];

  test('its slope is the difference quotient', () => {
    const at = Float64Array.of(-20, -3, -1.2, -0.3, 0.2, 0.7, 1.9, 4, 20);
    const numeric = at.map((z) => {
      const one = Float64Array.of(z);
      return numericGradient(() => activate(code, one[0]!), one)[0]!;
    });
    const slopes = at.map((z) => activationSlope(code, name === 'gelu' ? z : activate(code, z)));
    expectClose(slopes, numeric, { rtol: 1e-9, atol: 1e-10 });
  });

  test('is finite, with a finite slope, at ±1000', () => {
    for (const z of [-1000, 1000]) {
      const y = activate(code, z);
      expect(Number.isFinite(y)).toBe(true);
      expect(Number.isFinite(activationSlope(code, name === 'gelu' ? z : y))).toBe(true);
    }
  });

  test('activation_forward applies it to every element of every model', () => {
    const z = Float64Array.of(-1, 0, 0.5, 2, -3, 4);
    const y = new Float64Array(6);
    const dims = { models: 2, batch: 1, fan_out: 3, ...NO_DROPOUT.dims };
    runCpu('activation_forward', dims, { z, y, ...NO_DROPOUT.arrays }, { ACTIVATION: code });
    expect(Array.from(y)).toEqual(Array.from(z, (value) => activate(code, value)));
  });
});
