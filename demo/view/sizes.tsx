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

/** What the tables show, said once for all of them. */
export const SIZES_KEY = `Signal: how much a unit’s output varies from point to point. Gradient: the size of the layer’s. Bars from 1e${LOWEST} to 1e${HIGHEST}, ten times as much at each step.`;

function Size({ value }: { value: number }) {
  return (
    <td>
      <div class="size">
        <span class="size-bar" style={{ '--share': share(value) }} />
        <data value={String(value)}>{figure(value)}</data>
      </div>
    </td>
  );
}

export function Sizes({ model, label }: { model: number; label: string }) {
  const sizes = training.frame.value?.sizes[model] ?? [];
  return (
    <table class="sizes" aria-label={`Sizes in each layer, ${label}`}>
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
