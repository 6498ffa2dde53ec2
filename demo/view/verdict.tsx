// What was seen, once training has ended, and whether the guess was right.

import { type CompareLesson, winners } from '../lessons/lesson.ts';
import { outcomes, prediction } from '../state.ts';
import { judged } from './prediction.tsx';

function bestOf(guess: string | null, best: readonly { id: string; label: string }[]): string {
  const names = best.map(({ label }) => label).join(' and ');
  const result = best.length > 1 ? `${names} came out level` : `${names} did best`;
  return judged(guess === null ? null : best.some(({ id }) => id === guess), result);
}

export function Verdict({ lesson }: { lesson: CompareLesson }) {
  const seen = outcomes.value;
  return (
    <section class="verdict" aria-live="polite">
      <h2>What happened</h2>
      {seen === null ? (
        <p class="hint">Comes here when training has ended.</p>
      ) : (
        <>
          <p class="judged">{bestOf(prediction.value, winners(seen))}</p>
          <ul>
            {lesson.explain(seen).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
