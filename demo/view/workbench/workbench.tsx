// The workbench: runs side by side, their settings, and a look inside the chosen one.

import { presets } from '../../../src/index.ts';
import { MOST_RUNS } from '../../link.ts';
import { bench, tryBenchSeeds } from '../../state.ts';
import type { Slot } from '../../workbench/bench.ts';
import { groupsOf, hindrance, luckOf } from '../../workbench/comparison.ts';
import { canonicalOf } from '../../workbench/document.ts';
import { type Trainer, TrainingControls } from '../controls.tsx';
import { Spread } from '../spread.tsx';
import { type Choice, TakeAway } from '../take-away.tsx';
import { TestPoints } from '../test-points.tsx';
import { Inside } from './inside.tsx';
import { Note } from './note.tsx';
import { RunCard } from './run-card.tsx';
import { SettingsOf } from './settings.tsx';
import { TriedTable } from './tried.tsx';

/** Steps a second; null is as many as there are. */
const SPEEDS: readonly { label: string; value: number | null }[] = [
  { label: 'as fast as it goes', value: null },
  { label: '100 steps a second', value: 100 },
  { label: '10 steps a second', value: 10 },
  { label: 'one step a second', value: 1 },
];

function Speed() {
  const { speed, setSpeed } = bench;
  return (
    <label class="check">
      Speed
      <select
        value={SPEEDS.findIndex(({ value }) => value === speed.value)}
        onChange={(event) => setSpeed(SPEEDS[Number(event.currentTarget.value)]!.value)}
      >
        {SPEEDS.map(({ label }, i) => (
          <option key={label} value={i}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Controls() {
  const { slots, status, step, totalSteps, play, pause, stepOn, rewind } = bench;
  const trainer: Trainer = {
    status: status.value,
    step: step.value,
    totalSteps: totalSteps.value,
    every: slots.value[0]!.training.opened.value?.pointEvery ?? 10,
    start: play,
    pause,
    stepOn,
    rewind,
    note: <Note />,
  };
  return (
    <TrainingControls trainer={trainer}>
      <Speed />
    </TrainingControls>
  );
}

/** What the pictures and curves of all runs show. */
function Shown() {
  const { slots, curveOf, addCopy } = bench;
  return (
    <div class="controls-row">
      <button type="button" disabled={slots.value.length >= MOST_RUNS} onClick={addCopy}>
        Add a copy
      </button>
      <label class="check">
        Curves
        <select
          value={curveOf.value}
          onChange={(event) => {
            curveOf.value = event.currentTarget.value as 'loss' | 'accuracy';
          }}
        >
          <option value="loss">loss</option>
          <option value="accuracy">accuracy</option>
        </select>
      </label>
      <TestPoints>Show test points, as hollow marks</TestPoints>
    </div>
  );
}

/** Puts a preset in the place of the chosen run. */
function PresetChoice() {
  return (
    <label class="data-kind">
      Begin from a preset{' '}
      <select value="" onChange={(event) => bench.bringBack(presets[event.currentTarget.value]!)}>
        <option value="" disabled>
          choose one
        </option>
        {Object.entries(presets).map(([id, { name }]) => (
          <option key={id} value={id}>
            {name ?? id}
          </option>
        ))}
      </select>
    </label>
  );
}

function Settings() {
  const { slots, chosen, editsAll } = bench;
  const slot = chosen.value!;
  const several = slots.value.length > 1;
  return (
    <section class="settings bench-settings" aria-labelledby="settings-title">
      <h2 id="settings-title">{several ? `Settings of run ${slots.value.indexOf(slot) + 1}` : 'Settings'}</h2>
      {several && (
        <label class="check">
          <input
            type="checkbox"
            checked={editsAll.value}
            onChange={(event) => {
              editsAll.value = event.currentTarget.checked;
            }}
          />
          Change all runs alike
        </label>
      )}
      <PresetChoice />
      <SettingsOf slot={slot} />
    </section>
  );
}

function choiceOf({ run, training }: Slot, i: number): Choice {
  return { label: [`Run ${i + 1}`, ...(run.name ? [run.name] : [])].join(': '), training, model: 0 };
}

/** The runs over many seeds, where they can be compared. */
function Seeds() {
  const runs = bench.slots.value.map(({ run }) => canonicalOf(run));
  const why = hindrance(runs);
  if (why !== null) {
    return (
      <section class="spread">
        <h2>Is it real?</h2>
        <p class="hint">Two runs may differ by luck alone. Here they can be tried over many seeds. {why}</p>
      </section>
    );
  }
  const contenders = groupsOf(runs).flatMap((group) => group.contenders);
  return <Spread contenders={contenders} luck={luckOf(runs)} start={(seeds) => tryBenchSeeds(runs, seeds)} />;
}

export function Workbench() {
  const { slots } = bench;
  const isAlone = slots.value.length === 1;
  return (
    <>
      <div class="bench-head">
        <h1>Build it, train it, take it apart.</h1>
        <p class="lead">
          Change any setting, put up to {MOST_RUNS} runs side by side, and look into every unit while they learn.
        </p>
      </div>
      <Controls />
      <div class="bench">
        <div>
          <div class={isAlone ? 'runs alone' : `runs of-${slots.value.length}`}>
            {slots.value.map((slot, i) => (
              <RunCard key={slot.id} slot={slot} index={i} />
            ))}
          </div>
          <Shown />
        </div>
        <Settings />
        <Inside />
      </div>
      <Seeds />
      <TriedTable />
      <TakeAway choices={slots.value.map(choiceOf)} />
    </>
  );
}
