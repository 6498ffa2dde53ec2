// The gradient checking lesson: choose a bug, and see where the two ways to a slope differ.

import { bugs, checkVerdict, differences, REACH, type Row, THRESHOLD, withBug } from '../lessons/gradient-checking.ts';
import { changeSetting, place, prediction, training } from '../state.ts';
import type { CheckedLayer } from '../training/protocol.ts';
import { judged } from './judged.ts';

/** The bars' axis: powers of ten. */
const [LOWEST, HIGHEST] = [-14, 0] as const;
const SIZE = 320;

function Bugs() {
  const chosen = place.value.settings.bug!;
  return (
    <fieldset class="prediction">
      <legend>Plant a bug in the backward pass</legend>
      <div class="choices">
        {bugs.map(({ label }, i) => (
          <label key={label} class="choice">
            <input type="radio" name="bug" checked={i === chosen} onChange={() => changeSetting('bug', i)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Bars({ rows }: { rows: readonly Row[] }) {
  const share = (difference: number) =>
    Math.max(0.01, Math.min(1, (Math.log10(Math.max(difference, 1e-16)) - LOWEST) / (HIGHEST - LOWEST)));
  return (
    <table class="bars">
      <thead>
        <tr>
          <th scope="col">part of the network</th>
          <th scope="col">difference</th>
          <th scope="col">
            from 1e{LOWEST} to 1; the line is {THRESHOLD.toExponential(0)}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, difference }) => (
          <tr key={name} class={difference > THRESHOLD ? 'wrong' : undefined}>
            <th scope="row">{name}</th>
            <td>{difference.toExponential(1)}</td>
            <td>
              <div class="bar" style={{ '--threshold': `${100 * share(THRESHOLD)}%` }}>
                <div style={{ width: `${100 * share(difference)}%` }} />
              </div>
              <span class="unseen">{difference > THRESHOLD ? 'differs' : 'agrees'}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Every slope as a dot: by formula upwards, by nudging to the right. Where they agree, dots lie on the diagonal. */
function Scatter({ layers }: { layers: readonly CheckedLayer[] }) {
  const dots = layers.flatMap(({ w, b }) =>
    [w, b].flatMap(({ analytic, numeric }) => Array.from(analytic, (a, i) => ({ a, n: numeric[i]! }))),
  );
  const reach = 1.08 * Math.max(...dots.flatMap(({ a, n }) => [Math.abs(a), Math.abs(n)]));
  const at = (value: number) => (SIZE * (value + reach)) / (2 * reach);
  return (
    <svg
      class="scatter"
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      role="img"
      aria-label={`All ${dots.length} slopes: by formula upwards, by nudging to the right; equal ones lie on the diagonal`}
    >
      <line x1={0} y1={SIZE} x2={SIZE} y2={0} class="tick" />
      {dots.map(({ a, n }, i) => {
        // Of a slope near 0 only rounding is left, however far apart the two are in parts of it.
        const isWrong = Math.abs(a - n) > Math.max(1e-4 * (Math.abs(a) + Math.abs(n)), 1e-6 * reach);
        return <circle key={i} cx={at(n)} cy={SIZE - at(a)} r={isWrong ? 5 : 4} class={isWrong ? 'wrong' : 'dot'} />;
      })}
    </svg>
  );
}

/** Once one layer alone is wrong: was that the guess? */
function verdictOnGuess(rows: readonly Row[]): string {
  const guess = prediction.value;
  const isLocal = new Set(rows.filter(({ difference }) => difference > THRESHOLD).map(({ layer }) => layer)).size === 1;
  return guess === null || !isLocal ? '' : judged(guess === REACH, 'it shows in that layer alone');
}

export function Check() {
  const checked = training.checked.value;
  const bug = bugs[place.value.settings.bug!]!;
  if (!checked) {
    return (
      <div class="stage waiting">
        <p class="hint">Checking …</p>
      </div>
    );
  }
  const layers = withBug(checked, bug);
  const rows = differences(layers);
  return (
    <div class="stage">
      <Bugs />
      <div class="pair">
        <section class="panel" aria-labelledby="bars-title">
          <h2 id="bars-title">How much the two ways differ</h2>
          <Bars rows={rows} />
          <p class="judged" role="status">
            {checkVerdict(rows)} {verdictOnGuess(rows)}
          </p>
        </section>
        <section class="panel" aria-labelledby="scatter-title">
          <h2 id="scatter-title">All 47 slopes</h2>
          <p class="hint">Upwards by formula, to the right by nudging.</p>
          <Scatter layers={layers} />
        </section>
      </div>
    </div>
  );
}
