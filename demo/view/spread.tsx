// "Is it real?": the contenders over many seeds, every result as a dot.

import { mean, type Named, spreadVerdict } from '../lessons/spread.ts';
import { spread } from '../state.ts';
import { count, percent } from './format.ts';

const WIDTH = 640;
const ROW = 74;
const LEFT = 8;
const RIGHT = 632;
const DOT = 3.2;

/** Ends of the axis, in whole tenths around all results. */
function axisOf(results: readonly (readonly number[])[]): [number, number] {
  const all = results.flat();
  const low = Math.floor(10 * Math.min(...all)) / 10;
  return [Math.min(low, 0.9), 1];
}

/** Dots of equal results stand on each other. */
function stacked(values: readonly number[]): { value: number; height: number }[] {
  const heights = new Map<number, number>();
  return values.map((value) => {
    const height = heights.get(value) ?? 0;
    heights.set(value, height + 1);
    return { value, height };
  });
}

interface Found {
  readonly contenders: readonly Named[];
  /** [contenders][seeds] */
  readonly results: readonly (readonly number[])[];
}

function Strip({ contenders, results }: Found) {
  const [low, high] = axisOf(results);
  const x = (value: number) => LEFT + ((value - low) / (high - low)) * (RIGHT - LEFT);
  const tallest = Math.max(...results.flatMap((values) => stacked(values).map(({ height }) => height)));
  const lift = Math.min(2 * DOT, (ROW - 34) / Math.max(1, tallest));
  const ticks = Array.from({ length: Math.round((high - low) * 10) + 1 }, (_, i) => low + i / 10);
  const bottom = ROW * results.length;
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${WIDTH} ${bottom + 22}`}
      role="img"
      aria-label="Share of new points right, one dot for each seed; the numbers are in the table below"
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={x(tick)} x2={x(tick)} y1={0} y2={bottom} class="tick" />
          <text x={x(tick)} y={bottom + 16} text-anchor={tick === high ? 'end' : tick === low ? 'start' : 'middle'}>
            {percent(tick, 0)}
          </text>
        </g>
      ))}
      {results.map((values, c) => {
        const floor = ROW * (c + 1) - 8;
        const { id, label } = contenders[c]!;
        return (
          <g key={id}>
            <text x={LEFT} y={floor - ROW + 26} class="name">
              {label}
            </text>
            {stacked(values).map(({ value, height }, seed) => (
              <circle key={seed} cx={x(value)} cy={floor - DOT - height * lift} r={DOT} class="dot" />
            ))}
            <line x1={x(mean(values))} x2={x(mean(values))} y1={floor - 30} y2={floor + 4} class="mean" />
          </g>
        );
      })}
    </svg>
  );
}

function Numbers({ contenders, results }: Found) {
  return (
    <details>
      <summary>The spread as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">network</th>
            <th scope="col">lowest</th>
            <th scope="col">mean</th>
            <th scope="col">highest</th>
          </tr>
        </thead>
        <tbody>
          {results.map((values, c) => (
            <tr key={contenders[c]!.id} data-spread={contenders[c]!.id}>
              <th scope="row">{contenders[c]!.label}</th>
              <td>{percent(Math.min(...values))}</td>
              <td>{percent(mean(values))}</td>
              <td>{percent(Math.max(...values))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Buttons({ start }: Pick<SpreadProps, 'start'>) {
  const status = spread.status.value;
  if (status === 'running' || status === 'opening') {
    return (
      <button type="button" onClick={spread.pause} disabled={status === 'opening'}>
        Pause the seeds
      </button>
    );
  }
  return (
    <>
      {status === 'paused' && (
        <button type="button" onClick={spread.goOn}>
          Go on with the seeds
        </button>
      )}
      {[16, 64].map((seeds) => (
        <button key={seeds} type="button" onClick={() => start(seeds)}>
          Try {seeds} seeds
        </button>
      ))}
    </>
  );
}

interface SpreadProps {
  readonly contenders: readonly Named[];
  /** What another seed changes. */
  readonly luck: string;
  readonly start: (seeds: number) => void;
}

export function Spread({ contenders, luck, start }: SpreadProps) {
  const { results, status, step, totalSteps, failure } = spread;
  const shown = step.value > 0 ? results.value : null;
  const models = results.value?.flat().length ?? 0;
  return (
    <section class="spread">
      <h2>Is it real?</h2>
      <p class="hint">
        One run can be lucky. The same {contenders.length} networks again with many seeds, {luck}, all at once. Each dot
        is the share of new points that one network gets right.
      </p>
      <div class="controls-row">
        <Buttons start={start} />
        {status.value !== 'idle' && (
          <span class="hint">
            {models} networks, {count(step.value)} of {count(totalSteps.value)} steps
          </span>
        )}
      </div>
      {failure.value && (
        <p class="notice" role="alert">
          {failure.value.message}
        </p>
      )}
      {shown && (
        <>
          <Strip contenders={contenders} results={shown} />
          <p class="judged">
            {status.value === 'done' ? 'After all steps:' : `So far, after ${count(step.value)} steps:`}
          </p>
          {/* Looking again and again until a difference shows is how luck gets called a result. */}
          {status.value === 'done' ? (
            <ul>
              {spreadVerdict(contenders, shown).map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          ) : (
            <p class="hint">The verdict comes at the end.</p>
          )}
          <Numbers contenders={contenders} results={shown} />
        </>
      )}
    </section>
  );
}
