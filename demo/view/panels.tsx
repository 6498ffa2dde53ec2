// The runs side by side: each with its picture, its accuracy and its curve.

import type { Contender } from '../lessons/lesson.ts';
import { contenders, place, prediction, training } from '../state.ts';
import { Boundary } from './boundary.tsx';
import { Curve } from './curve.tsx';
import { percent, places } from './format.ts';

function Figures({ model }: { model: number }) {
  const scores = training.frame.value?.now.scores[model];
  const shown = scores ? (scores.test ?? scores.train) : null;
  return (
    <dl class="figures">
      <div class="big">
        <dt>{scores?.test === null ? 'of the points right' : 'of new points right'}</dt>
        <dd data-figure="test-accuracy">{percent(shown?.accuracy ?? Number.NaN)}</dd>
      </div>
      <div>
        <dt>of its own points</dt>
        <dd data-figure="train-accuracy">{percent(scores?.train.accuracy ?? Number.NaN)}</dd>
      </div>
      <div>
        <dt>loss</dt>
        <dd data-figure="train-loss">{scores ? places(scores.train.loss) : '–'}</dd>
      </div>
    </dl>
  );
}

function Panel({ contender, model }: { contender: Contender; model: number }) {
  const { id, label, note } = contender;
  return (
    <article class="panel" aria-labelledby={`panel-${id}`} data-model={id}>
      <h2 id={`panel-${id}`}>
        {label}
        {prediction.value === id && <span class="tag">your guess</span>}
      </h2>
      <p class="hint">{note}</p>
      <Boundary model={model} label={label} />
      <Figures model={model} />
      <Curve model={model} label={label} ceiling={place.value.lesson.lossCeiling} />
    </article>
  );
}

export function Panels() {
  return (
    <div class="panels">
      {contenders.value.map((contender, model) => (
        <Panel key={contender.id} contender={contender} model={model} />
      ))}
    </div>
  );
}
