// How large the gradient is in each layer: what vanishes, explodes or never moves can be seen.

import { training } from '../state.ts';

/** The axis: powers of ten. */
const [LOWEST, HIGHEST] = [-6, 2] as const;

function share(value: number): number {
  if (!(value > 0)) return 0;
  return Math.max(0.02, Math.min(1, (Math.log10(value) - LOWEST) / (HIGHEST - LOWEST)));
}

export function Slopes({ model }: { model: number }) {
  const slopes = training.frame.value?.slopes[model];
  return (
    <div class="slopes">
      <p class="hint">
        Gradient in each layer, first to last (1e{LOWEST} to 1e{HIGHEST})
      </p>
      <table>
        <tbody>
          {slopes?.map((value, layer) => (
            <tr key={layer}>
              <th scope="row">layer {layer + 1}</th>
              <td>
                <div class="bar">
                  <div style={{ width: `${100 * share(value)}%` }} />
                </div>
              </td>
              <td>{value === 0 ? '0' : value.toExponential(0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
