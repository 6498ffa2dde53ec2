// A guess to make before the start: what one has guessed, one remembers.

import { predict, prediction } from '../state.ts';

interface Answer {
  readonly id: string;
  readonly label: string;
}

/** @param closed the answer is on the page already, or on its way */
export function Prediction(props: { question: string; answers: readonly Answer[]; hint: string; closed: boolean }) {
  const { question, answers, hint, closed } = props;
  return (
    <fieldset class="prediction" disabled={closed}>
      <legend>{question}</legend>
      <div class="choices">
        {answers.map(({ id, label }) => (
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
      <p class="hint">{closed ? 'The answer comes at the end.' : hint}</p>
    </fieldset>
  );
}

/** A guess beside what happened; without a guess, what happened. */
export function judged(isRight: boolean | null, result: string): string {
  if (isRight === null) return `${result.charAt(0).toUpperCase()}${result.slice(1)}.`;
  return isRight ? `You were right: ${result}.` : `Not this time: ${result}.`;
}
