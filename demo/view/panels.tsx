// The runs side by side: each with its picture, its accuracy and its curve; and which of them did best.

import { SharedGround } from '../landscape/shared-ground.tsx';
import { type Aim, type CompareLesson, type Contender, winners } from '../lessons/lesson.ts';
import { contenders, groups, outcomes, prediction, training } from '../state.ts';
import { Boundary } from './boundary.tsx';
import { Curve, CurveKey, CurveTable } from './curve.tsx';
import { Dropped } from './dropped.tsx';
import { count, percent, places } from './format.ts';
import { FindingMark } from './insides.tsx';
import { judged } from './judged.ts';
import { countedFor, SharedCurve } from './shared-curve.tsx';
import { type Seen, Verdict } from './verdict.tsx';

/** A number with its exact value for those who read the page by program. */
function Figure({ name, value, text }: { name: string; value: number; text: string }) {
  return (
    <dd>
      <data value={String(value)} data-figure={name}>
        {text}
      </data>
    </dd>
  );
}

function Figures({ model }: { model: number }) {
  const scores = training.frame.value?.now.scores[model];
  const train = scores?.train.accuracy ?? Number.NaN;
  const test = scores?.test?.accuracy ?? Number.NaN;
  const loss = scores?.train.loss ?? Number.NaN;
  const steps = training.frame.value?.now.steps[model] ?? 0;
  return (
    <dl class="figures">
      <div class="big">
        <dt>new points right</dt>
        <Figure name="test-accuracy" value={test} text={percent(test)} />
      </div>
      <div>
        <dt>in training</dt>
        <Figure name="train-accuracy" value={train} text={percent(train)} />
      </div>
      <div>
        <dt>training loss</dt>
        <Figure name="train-loss" value={loss} text={scores ? places(loss) : '–'} />
      </div>
      {groups.value.length > 1 && (
        <div>
          <dt>steps made</dt>
          <Figure name="steps" value={steps} text={count(steps)} />
        </div>
      )}
    </dl>
  );
}

interface PanelProps {
  readonly lesson: CompareLesson;
  readonly contender: Contender;
  readonly model: number;
}

function Panel({ lesson, contender, model }: PanelProps) {
  const { id, label, note } = contender;
  // Until the data is known, room is kept for the picture.
  const hasPicture = training.opened.value?.view !== null;
  const { chart, lossCeiling, insight } = lesson;
  return (
    <article class="panel" aria-labelledby={`panel-${id}`} data-model={id}>
      <div>
        <h2 id={`panel-${id}`}>
          {label}
          {prediction.value === id && <span class="tag">your guess</span>}
        </h2>
        <p class="hint panel-note">{note}</p>
      </div>
      {hasPicture && <Boundary training={training} model={model} label={label} />}
      <div>
        <Figures model={model} />
        {insight?.findings && <FindingMark id={id} model={model} />}
        {insight?.kept && <Dropped model={model} />}
      </div>
      {chart === 'own' ? (
        <Curve training={training} model={model} label={label} ceiling={lossCeiling} />
      ) : (
        <CurveTable training={training} model={model} label={label} counted={countedFor(model)} />
      )}
    </article>
  );
}

/** The networks side by side, and what came out. One curve for all is seen with the verdict, and pictures follow. */
export function Panels({ lesson }: { lesson: CompareLesson }) {
  const panels = contenders.value.map((contender, model) => (
    <Panel key={contender.id} lesson={lesson} contender={contender} model={model} />
  ));
  const verdict = <Verdict seen={seenIn(lesson)} />;
  return lesson.chart === 'shared' ? (
    <>
      <div class="shared-pair">
        <SharedCurve ceiling={lesson.lossCeiling} />
        <SharedGround />
      </div>
      {verdict}
      <div class="panels small">{panels}</div>
    </>
  ) : (
    <>
      <div class="keyed-panels">
        <CurveKey />
        <div class="panels">{panels}</div>
      </div>
      {verdict}
    </>
  );
}

function bestOf(guess: string | null, best: readonly Contender[], { won }: Aim): string {
  if (best.length === 0) return 'Every one of them diverged: the numbers left the finite.';
  const names = best.map(({ label }) => label).join(' and ');
  const result = best.length > 1 ? `${names} came out level` : `${names} ${won}`;
  return judged(guess === null ? null : best.some(({ id }) => id === guess), result);
}

/** What came out, once the run has ended. */
function seenIn(lesson: CompareLesson): Seen | null {
  const seen = outcomes.value;
  return (
    seen && { judged: bestOf(prediction.value, winners(lesson.aim, seen), lesson.aim), sentences: lesson.explain(seen) }
  );
}
