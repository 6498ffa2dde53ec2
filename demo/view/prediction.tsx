// A guess to make before the start: what one has guessed, one remembers.

interface Answer {
  readonly id: string;
  readonly label: string;
}

interface PredictionProps {
  readonly question: string;
  readonly answers: readonly Answer[];
  /** An answer's id. */
  readonly chosen: string | null;
  readonly hint: string;
  /** The answer is on the page already, or on its way. */
  readonly closed: boolean;
  onChoose(id: string): void;
}

export function Prediction({ question, answers, chosen, hint, closed, onChoose }: PredictionProps) {
  return (
    <fieldset class="prediction" disabled={closed}>
      <legend>{question}</legend>
      <div class="choices">
        {answers.map(({ id, label }) => (
          <label key={id} class="choice">
            <input type="radio" name="prediction" value={id} checked={chosen === id} onChange={() => onChoose(id)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <p class="hint">{closed ? 'The answer comes at the end.' : hint}</p>
    </fieldset>
  );
}
