// A guess to make before the start: what one has guessed, one remembers.

import type { CompareLesson } from '../lessons/lesson.ts';
import { contenders, hasStarted, predict, prediction } from '../state.ts';

export function Prediction({ lesson }: { lesson: CompareLesson }) {
  return (
    <fieldset class="prediction" disabled={hasStarted.value}>
      <legend>{lesson.prediction}</legend>
      <div class="choices">
        {contenders.value.map(({ id, label }) => (
          <label key={id} class="choice">
            <input
              type="radio"
              name="prediction"
              value={id}
              checked={prediction.value === id}
              onChange={() => predict(id)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <p class="hint">{hasStarted.value ? 'The answer comes at the end.' : 'Make a guess, then press Start.'}</p>
    </fieldset>
  );
}
