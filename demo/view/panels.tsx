// The runs side by side: each with its picture, its accuracy and its curve.

import { SharedGround } from '../landscape/shared-ground.tsx';
import type { CompareLesson, Contender } from '../lessons/lesson.ts';
import { contenders, hasStarted, openMended, prediction, training } from '../state.ts';
import { Boundary } from './boundary.tsx';
import { Curve, CurveTable } from './curve.tsx';
import { Doctor } from './doctor.tsx';
import { Dropped } from './dropped.tsx';
import { percent, places } from './format.ts';
import { SharedCurve } from './shared-curve.tsx';
import { Sizes } from './sizes.tsx';

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
  return (
    <dl class="figures">
      <div class="big">
        <dt>of new points right</dt>
        <Figure name="test-accuracy" value={test} text={percent(test)} />
      </div>
      <div>
        <dt>of training points</dt>
        <Figure name="train-accuracy" value={train} text={percent(train)} />
      </div>
      <div>
        <dt>training loss</dt>
        <Figure name="train-loss" value={loss} text={scores ? places(loss) : '–'} />
      </div>
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
      <h2 id={`panel-${id}`}>
        {label}
        {prediction.value === id && <span class="tag">your guess</span>}
      </h2>
      <p class="hint panel-note">{note}</p>
      {hasPicture && <Boundary training={training} model={model} label={label} />}
      <Figures model={model} />
      {insight?.kept && <Dropped model={model} />}
      {insight?.sizes && <Sizes model={model} />}
      {chart === 'own' ? (
        <Curve training={training} model={model} label={label} ceiling={lossCeiling} />
      ) : (
        <CurveTable training={training} model={model} label={label} />
      )}
      {/* Before the start they would give the answer away. */}
      {insight?.findings && hasStarted.value && (
        <Doctor findings={training.frame.value?.findings[model] ?? []} onFix={(patch) => openMended(model, patch)} />
      )}
    </article>
  );
}

export function Panels({ lesson }: { lesson: CompareLesson }) {
  const isShared = lesson.chart === 'shared';
  return (
    <>
      {isShared && (
        <div class="shared-pair">
          <SharedCurve ceiling={lesson.lossCeiling} />
          <SharedGround />
        </div>
      )}
      <div class={isShared ? 'panels small' : 'panels'}>
        {contenders.value.map((contender, model) => (
          <Panel key={contender.id} lesson={lesson} contender={contender} model={model} />
        ))}
      </div>
    </>
  );
}
