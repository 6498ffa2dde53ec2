// The landscape's page: two networks, the ground around each, and what can be read from it.

import { hasStarted, training } from '../state.ts';
import type { Ground } from '../training/protocol.ts';
import { Boundary } from '../view/boundary.tsx';
import { Controls } from '../view/controls.tsx';
import { Failure } from '../view/engine.tsx';
import { count, percent, places } from '../view/format.ts';
import { Prediction } from '../view/prediction.tsx';
import { TakeAway } from '../view/take-away.tsx';
import { Verdict } from '../view/verdict.tsx';
import { OpenBench } from '../view/workbench/to-bench.tsx';
import { CHOICES, type Choices, rivalOf } from './choices.ts';
import { GroundTable } from './ground-table.tsx';
import { landscapeRuns } from './job.ts';
import { Legend, NoSolid, Picture } from './picture.tsx';
import { flatShare, isGround } from './relief.ts';
import { orbit, turnings } from './solid.tsx';
import {
  choose,
  chosenStart,
  guess,
  guessThat,
  landscape,
  networks,
  STARTS,
  scale,
  seen,
  shownGrounds,
  startWith,
} from './state.ts';
import { explained, judgedValley, pathWords, valleyRise } from './words.ts';

const AXES = {
  around: ['random direction 1', 'random direction 2'],
  along: ['along the path', 'across it'],
} as const;
const LOOKS = [{ stroke: '--path' }];
const WORDS = {
  plane: { around: 'around the network', along: 'along its path' },
  view: { solid: '3-D', map: 'map' },
} as const;

/** A label within a sentence. */
const within = (label: string) => label.charAt(0).toLowerCase() + label.slice(1);

function Guess() {
  return (
    <Prediction
      question="Which network will end in the wider valley?"
      answers={networks.value.map(({ label }, m) => ({ id: String(m), label }))}
      chosen={guess.value === null ? null : String(guess.value)}
      hint="Make a guess, then press Start."
      closed={hasStarted.value}
      onChoose={(id) => guessThat(Number(id))}
    />
  );
}

function Networks() {
  const { run, choices } = landscape.value;
  return (
    <section class="settings ground-choices">
      <h2>Change it</h2>
      <label>
        Network{' '}
        <select value={chosenStart.value ?? ''} onChange={(event) => startWith(event.currentTarget.value)}>
          {chosenStart.value === null && <option value="">{run.name ?? 'the run of this link'}</option>}
          {STARTS.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        next to the same one{' '}
        <select
          value={choices.against}
          onChange={(event) => choose({ against: event.currentTarget.value as Choices['against'] })}
        >
          {CHOICES.against.map((id) => (
            <option key={id} value={id}>
              {within(rivalOf(run, id).label)}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}

function Choice<Key extends 'plane' | 'view'>({ name, legend }: { name: Key; legend: string }) {
  const chosen = landscape.value.choices[name];
  return (
    <fieldset class="prediction inline">
      <legend>{legend}</legend>
      <div class="choices">
        {CHOICES[name].map((id) => (
          <label key={id} class="choice">
            <input type="radio" name={name} checked={chosen === id} onChange={() => choose({ [name]: id })} />
            <span>{(WORDS[name] as Readonly<Record<string, string>>)[id]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** For hands that do not drag. */
function Turning() {
  return (
    <fieldset class="prediction turning" aria-label="Turn and zoom the grounds">
      {turnings.map(({ label, sign, turn }) => (
        <button
          key={label}
          type="button"
          aria-label={label}
          title={label}
          onClick={() => {
            orbit.value = turn(orbit.value);
          }}
        >
          {sign}
        </button>
      ))}
    </fieldset>
  );
}

function Figure({ name, text, words }: { name: string; text: string; words: string }) {
  return (
    <div>
      <dt>{words}</dt>
      <dd>
        <data data-figure={name} value={text}>
          {text}
        </data>
      </dd>
    </div>
  );
}

/** The part of the ground that is the network's valley, as the words at the end have it. */
function valleyOf(ground: Ground): string {
  const rise = valleyRise((shownGrounds.value ?? []).filter(isGround));
  return rise === null ? '–' : percent(flatShare(ground, rise));
}

function Figures({ model, ground }: { model: number; ground: Ground | null }) {
  const scores = training.frame.value?.now.scores[model];
  const accuracy = scores && (scores.test ?? scores.train).accuracy;
  return (
    <dl class="figures stacked">
      <div>
        <dt>loss of the network</dt>
        <dd>
          <data data-figure="centre" value={String(ground?.centre)}>
            {ground ? places(ground.centre) : '–'}
          </data>
        </dd>
      </div>
      {landscape.value.choices.plane === 'around' ? (
        <Figure name="valley" text={ground ? valleyOf(ground) : '–'} words="of this ground is its valley" />
      ) : (
        <Figure name="captured" text={ground ? percent(ground.captured) : '–'} words="of the path lies in this plane" />
      )}
      {accuracy !== null && (
        <Figure
          name="accuracy"
          text={percent(accuracy ?? Number.NaN)}
          words={`of ${scores?.test === null ? 'training' : 'new'} points right`}
        />
      )}
    </dl>
  );
}

function Network({ model }: { model: number }) {
  const { label } = networks.value[model]!;
  const found = shownGrounds.value?.[model];
  const ground = found && isGround(found) ? found : null;
  const { plane, view } = landscape.value.choices;
  return (
    <article class="panel" aria-labelledby={`ground-${model}`} data-model={model}>
      <h2 id={`ground-${model}`}>
        {label}
        {guess.value === model && <span class="tag">your guess</span>}
      </h2>
      {ground && scale.value ? (
        <Picture ground={ground} scale={scale.value} looks={LOOKS} label={label} axes={AXES[plane]} view={view} />
      ) : (
        <div class="ground empty">
          <p class="hint">{found && 'why' in found ? found.why : 'Looking around …'}</p>
        </div>
      )}
      <Figures model={model} ground={ground} />
      <div>
        {ground && <p class="unseen">{pathWords(ground, [label])}</p>}
        <GroundTable ground={ground} names={[label]} label={label} />
        {training.opened.value?.view !== null && (
          <details>
            <summary>
              What it has learned<span class="unseen">, {label}</span>
            </summary>
            <Boundary training={training} model={model} label={label} />
          </details>
        )}
      </div>
    </article>
  );
}

/** Which networks these are, and how far the next picture is. */
function Caption() {
  const { survey, surveying, status } = training;
  const part = surveying.value;
  const cells = survey.value?.kind === 'each' ? survey.value.around.find(isGround) : undefined;
  const step = count(survey.value?.step ?? 0);
  const size = cells ? count(cells.x.length * cells.y.length) : '';
  const words =
    part !== null
      ? `Trying the networks around: ${percent(part, 0)}`
      : status.value === 'running' && survey.value
        ? `The ground at step ${step}; it is looked at again when training rests.`
        : survey.value
          ? `The ground at step ${step}: ${size} networks, all evaluated at once. The loss is that on the training points, with the penalty of L2 where there is one. Lines join places of equal loss.`
          : 'Getting ready …';
  return <p class="hint ground-caption">{words}</p>;
}

function WhatHappened() {
  const found = seen.value;
  return (
    <Verdict
      seen={found && { judged: judgedValley(found, guess.value), sentences: explained(found) }}
      waiting="Comes here when training has ended and the ground has been looked at."
    />
  );
}

export function LandscapePage() {
  const { view } = landscape.value.choices;
  return (
    <>
      <Failure training={training} />
      <div class="screen">
        <div class="opening">
          <h1>What does the ground look like where training ends?</h1>
          <p class="lead">
            Every point of this ground is a network: the trained one, moved some way in two directions of its weights.
            How high it lies is its loss.
          </p>
          <Guess />
        </div>
        <Controls />
        <div class="stage">
          <NoSolid view={view} />
          <div class="ground-bar">
            <Choice name="plane" legend="Look" />
            <Choice name="view" legend="as" />
            {view === 'solid' && <Turning />}
            <Legend scale={scale.value} />
          </div>
          <div class="panels">
            {networks.value.map((_, model) => (
              <Network key={model} model={model} />
            ))}
          </div>
          <Caption />
          <WhatHappened />
        </div>
        <Networks />
      </div>
      <div class="below">
        <TakeAway choices={networks.value.map(({ label }, model) => ({ label, training, model }))} />
        <OpenBench
          runs={() => landscapeRuns(landscape.value)}
          hint="Both networks side by side, with every setting and a look into each unit."
        />
      </div>
    </>
  );
}
