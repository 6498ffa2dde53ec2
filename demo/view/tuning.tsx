// The tuning lesson: the grid, and one of its networks opened.

import { gridVerdict } from '../lessons/tuning.ts';
import { cellTraining, gridNow, openBench, openCell, place, training, tuned, wantsLoss } from '../state.ts';
import { runsOf } from '../workbench/from-lesson.ts';
import { Boundary } from './boundary.tsx';
import { Curve } from './curve.tsx';
import { count, percent, places } from './format.ts';
import { HeatMap } from './heat-map.tsx';
import { TakeAway } from './take-away.tsx';

function Metric() {
  return (
    <label>
      Colour by{' '}
      <select
        value={wantsLoss.value ? 'loss' : 'accuracy'}
        onChange={(event) => {
          wantsLoss.value = event.currentTarget.value === 'loss';
        }}
      >
        <option value="accuracy">accuracy on held-out points</option>
        <option value="loss">loss on held-out points</option>
      </select>
    </label>
  );
}

/** The two sliders that open a cell by keyboard. */
function Chooser() {
  const { rates, penalties } = gridNow.value;
  const cell = openCell.value ?? 0;
  const [column, row] = [cell % rates.length, Math.floor(cell / rates.length)];
  const axes = [
    { name: 'Learning rate', values: rates, at: column, cellOf: (i: number) => row * rates.length + i },
    { name: 'λ', values: penalties, at: row, cellOf: (i: number) => i * rates.length + column },
  ];
  return (
    <div class="sliders">
      {axes.map(({ name, values, at, cellOf }) => (
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
              openCell.value = cellOf(event.currentTarget.valueAsNumber);
            }}
          />
        </label>
      ))}
    </div>
  );
}

function Cell() {
  const { lesson, settings } = place.value;
  const cell = openCell.value;
  const inGrid = cell === null ? undefined : tuned.value?.[cell];
  const now = cellTraining.frame.value?.now;
  const own = now?.scores[0];
  if (cell === null || !inGrid) return <p class="hint">Click a cell to open its network, or use the sliders.</p>;
  return (
    <>
      <Boundary training={cellTraining} model={0} label="The chosen network" />
      <dl class="figures">
        <div class="big">
          <dt>of held-out points right</dt>
          <dd>
            <data data-figure="cell-accuracy" value={String(own?.validation?.accuracy)}>
              {percent(own?.validation?.accuracy ?? Number.NaN)}
            </data>
          </dd>
        </div>
        <div>
          <dt>held-out loss, as a run of its own</dt>
          <dd>
            <data data-figure="cell-loss" data-step={now?.step} value={String(own?.validation?.loss)}>
              {own ? places(own.validation?.loss ?? Number.NaN) : '–'}
            </data>
          </dd>
        </div>
        <div>
          <dt>held-out loss, in the grid</dt>
          <dd>
            <data data-figure="grid-loss" value={String(inGrid.validation?.loss)}>
              {places(inGrid.validation?.loss ?? Number.NaN)}
            </data>
          </dd>
        </div>
      </dl>
      <Curve training={cellTraining} model={0} label="The chosen network" ceiling={0.8} held="validation" />
      <p class="controls-row">
        <button type="button" onClick={() => openBench(runsOf(lesson, settings, cell))}>
          Continue as a run
        </button>
        <span class="hint">in the workbench, with the same numbers and more steps</span>
      </p>
    </>
  );
}

function Table() {
  const { rates, penalties } = gridNow.value;
  const scores = tuned.value;
  return (
    <details>
      <summary>The grid as a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="scrolls" tabIndex={0} aria-label="Accuracy on held-out points">
        <table>
          <thead>
            <tr>
              <th scope="col">λ \ rate</th>
              {rates.map((rate) => (
                <th key={rate} scope="col">
                  {rate}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {penalties.map((penalty, row) => (
              <tr key={penalty}>
                <th scope="row">{penalty}</th>
                {rates.map((rate, column) => (
                  <td key={rate}>
                    {percent(scores?.[row * rates.length + column]?.validation?.accuracy ?? Number.NaN, 0)}
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

function CellAway() {
  const cell = openCell.value;
  if (cell === null || !tuned.value?.[cell]) return null;
  return <TakeAway choices={[{ label: 'The chosen network', training: cellTraining, model: 0 }]} />;
}

export function Tuning() {
  const isDone = training.status.value === 'done';
  return (
    <>
      <div class="tuning">
        <section class="panel" aria-labelledby="grid-title">
          <h2 id="grid-title">{count(gridNow.value.rates.length * gridNow.value.penalties.length)} networks</h2>
          <Metric />
          <HeatMap />
          {isDone && <Table />}
        </section>
        <section class="panel" aria-labelledby="cell-title">
          <h2 id="cell-title">One of them</h2>
          <Chooser />
          <Cell />
        </section>
      </div>
      <section class="verdict" aria-live="polite">
        <h2>What happened</h2>
        {isDone && tuned.value ? (
          <ul>
            {gridVerdict(gridNow.value, tuned.value).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        ) : (
          <p class="hint">Comes here when training has ended.</p>
        )}
        <p class="hint">
          The colours come from points held out of the training set, three in ten. Test points stay out of it: settings
          chosen with them would fit them by choice, and nothing would be left to measure with.
        </p>
      </section>
      <CellAway />
    </>
  );
}
