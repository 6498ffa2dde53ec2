// How large signals and gradients are in each layer: what vanishes, explodes or never moves can be seen.

import { training } from '../state.ts';

/** The bars' axis: powers of ten. */
const [LOWEST, HIGHEST] = [-6, 2] as const;

function share(value: number): number {
  if (!(value > 0)) return 0;
  return Math.max(0.02, Math.min(1, (Math.log10(value) - LOWEST) / (HIGHEST - LOWEST)));
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : '∞';
  return value === 0 ? '0' : value.toExponential(0);
}

function Size({ value }: { value: number }) {
  return (
    <td>
      <div class="size" style={{ '--share': `${100 * share(value)}%` }}>
        <data value={String(value)}>{figure(value)}</data>
      </div>
    </td>
  );
}

export function Sizes({ model }: { model: number }) {
  const sizes = training.frame.value?.sizes[model] ?? [];
  return (
    <table class="sizes">
      <caption class="hint">
        Signal (how much a unit’s output varies) and gradient, from 1e{LOWEST} to 1e{HIGHEST}
      </caption>
      <thead>
        <tr>
          <th scope="col">layer</th>
          <th scope="col">signal</th>
          <th scope="col">gradient</th>
        </tr>
      </thead>
      <tbody>
        {sizes.map(({ outputs, gradient }, layer) => (
          <tr key={layer}>
            <th scope="row">{layer + 1}</th>
            <Size value={outputs} />
            <Size value={gradient} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
