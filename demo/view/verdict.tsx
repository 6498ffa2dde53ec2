// What was seen, once training has ended, and whether the guess was right.

export interface Seen {
  /** What came out, beside the guess. */
  readonly judged: string;
  readonly sentences: readonly string[];
}

interface VerdictProps {
  readonly seen: Seen | null;
  /** What has to be there first. */
  readonly waiting?: string;
}

export function Verdict({ seen, waiting = 'Comes here when training has ended.' }: VerdictProps) {
  return (
    <section class="verdict" aria-live="polite">
      <h2>What happened</h2>
      {seen === null ? (
        <p class="hint">{waiting}</p>
      ) : (
        <>
          <p class="judged">{seen.judged}</p>
          <ul>
            {seen.sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
