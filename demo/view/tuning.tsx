// The tuning lesson: the grid, and one of its networks opened.

import type { Evaluation } from '../../src/index.ts';
import { AXES } from '../lessons/axes.ts';
import {
  AXIS_KEYS,
  AXIS_NAMES,
  type AxisKey,
  axisOf,
  cellOf,
  type Grid,
  gridVerdict,
  rangeOf,
} from '../lessons/tuning.ts';
import {
  cellTraining,
  changeSetting,
  go,
  gridNow,
  openBench,
  openCell,
  place,
  prediction,
  training,
  tuned,
  wantsLoss,
} from '../state.ts';
import { runsOf } from '../workbench/from-lesson.ts';
import { Boundary } from './boundary.tsx';
import { Curve, CurveKey } from './curve.tsx';
import { count, percent, places } from './format.ts';
import { HeatMap } from './heat-map.tsx';
import { judged } from './judged.ts';
import { TakeAway } from './take-away.tsx';
import { type Seen, Verdict } from './verdict.tsx';

function Metric() {
  return (
    <label>
      Colour by held-out{' '}
      <select
        value={wantsLoss.value ? 'loss' : 'accuracy'}
        onChange={(event) => {
          wantsLoss.value = event.currentTarget.value === 'loss';
        }}
      >
        <option value="accuracy">accuracy</option>
        <option value="loss">loss</option>
      </select>
    </label>
  );
}

/** The two sliders that open a cell by keyboard. */
function Chooser({ grid }: { grid: Grid }) {
  const { across, up } = grid;
  const columns = across.values.length;
  const { column, row } = cellOf(grid, openCell.value ?? 0);
  const axes = [
    { name: across.axis.name, values: across.values, at: column, cellAt: (i: number) => row * columns + i },
    { name: up.axis.name, values: up.values, at: row, cellAt: (i: number) => i * columns + column },
  ];
  return (
    <div class="sliders">
      {axes.map(({ name, values, at, cellAt }) => (
        <label key={name} class="slider">
          <span>{name}</span>
          <output>{openCell.value === null ? '–' : values[at]}</output>
          <input
            type="range"
            min={0}
            max={values.length - 1}
            value={at}
            aria-valuetext={String(values[at])}
            onInput={(event) => {
              openCell.value = cellAt(event.currentTarget.valueAsNumber);
            }}
          />
        </label>
      ))}
    </div>
  );
}

/** The chosen network on its own, with more steps. */
function ToBench() {
  const { lesson, settings } = place.value;
  const cell = openCell.value;
  return (
    <button
      type="button"
      class="compact"
      disabled={cell === null}
      onClick={() => openBench(runsOf(lesson, settings, cell))}
    >
      Continue as a run
    </button>
  );
}

function Cell() {
  const cell = openCell.value;
  const inGrid = cell === null ? undefined : tuned.value?.[cell];
  const now = cellTraining.frame.value?.now;
  const own = now?.scores[0];
  if (cell === null || !inGrid) {
    return (
      <div class="boundary empty">
        <p class="hint">Click a cell of the map, or move a slider: its network comes here, trained on its own.</p>
      </div>
    );
  }
  return (
    <>
      <Boundary training={cellTraining} model={0} label="The chosen network" />
      <dl class="figures">
        <div class="big">
          <dt>held-out points right</dt>
          <dd>
            <data data-figure="cell-accuracy" value={String(own?.validation?.accuracy)}>
              {percent(own?.validation?.accuracy ?? Number.NaN)}
            </data>
          </dd>
        </div>
        <div>
          <dt>held-out loss</dt>
          <dd>
            <data data-figure="cell-loss" data-step={now?.step} value={String(own?.validation?.loss)}>
              {own ? places(own.validation?.loss ?? Number.NaN) : '–'}
            </data>
          </dd>
        </div>
        <div>
          <dt>in the grid</dt>
          <dd>
            <data data-figure="grid-loss" value={String(inGrid.validation?.loss)}>
              {places(inGrid.validation?.loss ?? Number.NaN)}
            </data>
          </dd>
        </div>
      </dl>
      <CurveKey held="validation" />
      <Curve training={cellTraining} model={0} label="The chosen network" ceiling={0.8} held="validation" />
    </>
  );
}

function Table({ grid: { across, up } }: { grid: Grid }) {
  const scores = tuned.value;
  return (
    <details>
      <summary>The grid as a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="scrolls" tabIndex={0} aria-label="Accuracy on held-out points">
        <table>
          <thead>
            <tr>
              <th scope="col">
                {up.axis.name} \ {across.axis.name}
              </th>
              {across.values.map((value) => (
                <th key={value} scope="col">
                  {value}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {up.values.map((high, row) => (
              <tr key={high}>
                <th scope="row">{high}</th>
                {across.values.map((value, column) => (
                  <td key={value}>
                    {percent(scores?.[row * across.values.length + column]?.validation?.accuracy ?? Number.NaN, 0)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

export function CellAway() {
  const cell = openCell.value;
  if (cell === null || !tuned.value?.[cell]) return null;
  return <TakeAway choices={[{ label: 'The chosen network', training: cellTraining, model: 0 }]} />;
}

/** What one axis of the grid changes, and from where to where. */
function AxisChooser({ which }: { which: AxisKey }) {
  const { settings } = place.value;
  const axis = axisOf(settings, which);
  const [low, high] = rangeOf(settings, which);
  const other = axisOf(settings, which === 'across' ? 'up' : 'across');
  const choose = (index: number) => {
    const [from, to] = AXES[index]!.initial;
    go({ settings: { ...settings, [which]: index, [`${which}From`]: from, [`${which}To`]: to } });
  };
  const ends = [
    { key: `${which}From`, label: 'from', value: low, allowed: axis.stops.filter((stop) => stop < high) },
    { key: `${which}To`, label: 'to', value: high, allowed: axis.stops.filter((stop) => stop > low) },
  ];
  return (
    <fieldset class="axis">
      <legend>{AXIS_NAMES[which]}</legend>
      <label>
        <span class="unseen">What changes</span>
        <select
          class="axis-name"
          value={AXES.indexOf(axis)}
          onChange={(event) => choose(Number(event.currentTarget.value))}
        >
          {AXES.map((each, index) => (
            <option key={each.name} value={index} disabled={each === other}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
      {ends.map(({ key, label, value, allowed }) => (
        <label key={key}>
          {label}{' '}
          <select value={value} onChange={(event) => changeSetting(key, Number(event.currentTarget.value))}>
            {allowed.map((stop) => (
              <option key={stop} value={stop}>
                {stop}
              </option>
            ))}
          </select>
        </label>
      ))}
    </fieldset>
  );
}

function seenIn(grid: Grid, scores: readonly Evaluation[]): Seen {
  const { answer, result, sentences } = gridVerdict(grid, scores);
  return { judged: judged(prediction.value === null ? null : prediction.value === answer.id, result), sentences };
}

export function Tuning() {
  const isDone = training.status.value === 'done';
  const grid = gridNow.value;
  const scores = tuned.value;
  if (!grid) return null;
  return (
    <div class="stage">
      <div class="axes">
        {AXIS_KEYS.map((key) => (
          <AxisChooser key={key} which={key} />
        ))}
      </div>
      <div class="pair tuning">
        <section class="panel" aria-labelledby="grid-title">
          <div class="panel-bar">
            <h2 id="grid-title">{count(grid.across.values.length * grid.up.values.length)} networks</h2>
            <Metric />
          </div>
          <HeatMap grid={grid} />
          <Table grid={grid} />
        </section>
        <section class="panel cell" aria-labelledby="cell-title">
          <div class="panel-bar">
            <h2 id="cell-title">One of them</h2>
            <ToBench />
          </div>
          <Chooser grid={grid} />
          <Cell />
        </section>
      </div>
      <Verdict seen={isDone && scores ? seenIn(grid, scores) : null} />
    </div>
  );
}
