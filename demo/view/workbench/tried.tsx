// The table of the runs tried so far, each of which can be brought back.

import { useMemo } from 'preact/hooks';
import { bench, tried } from '../../state.ts';
import { columnsOf, type Tried } from '../../workbench/tried.ts';
import { count, percent, places } from '../format.ts';

/** A number that JSON does not have comes back as null. */
const loss = (value: number | null | undefined) => (value === undefined ? '–' : places(value ?? Number.NaN));
const share = (value: number | null | undefined) => percent(value ?? Number.NaN);

const SCORES: readonly { label: string; of(tried: Tried): string }[] = [
  { label: 'train loss', of: ({ scores }) => loss(scores.train.loss) },
  { label: 'test loss', of: ({ scores }) => loss(scores.test?.loss) },
  { label: 'train accuracy', of: ({ scores }) => share(scores.train.accuracy) },
  { label: 'test accuracy', of: ({ scores }) => share(scores.test?.accuracy) },
];

export function TriedTable() {
  const tries = tried.tries.value;
  const columns = useMemo(() => columnsOf(tries), [tries]);
  return (
    <section class="tried" aria-labelledby="tried-title">
      <h2 id="tried-title">Runs tried</h2>
      {tries.length === 0 ? (
        <p class="hint">
          Each run that you train is kept here, with its settings and results, until you close the tab.
        </p>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <section class="scrolls tall-table" tabIndex={0} aria-label="Table of the runs tried">
            <table>
              <thead>
                <tr>
                  <th scope="col">#</th>
                  {columns.map(({ path, label }) => (
                    <th key={path} scope="col">
                      {label}
                    </th>
                  ))}
                  <th scope="col">steps</th>
                  {SCORES.map(({ label }) => (
                    <th key={label} scope="col">
                      {label}
                    </th>
                  ))}
                  <td />
                </tr>
              </thead>
              <tbody>
                {tries.map((each, i) => (
                  <tr key={JSON.stringify(each.run)}>
                    <th scope="row">{i + 1}</th>
                    {columns.map(({ path, values }) => (
                      <td key={path}>{values[i]}</td>
                    ))}
                    <td>{count(each.step)}</td>
                    {SCORES.map(({ label, of }) => (
                      <td key={label}>{of(each)}</td>
                    ))}
                    <td class="actions">
                      <button type="button" class="quiet" onClick={() => bench.bringBack(each.run)}>
                        Bring back<span class="unseen"> run {i + 1}</span>
                      </button>
                      <button type="button" class="quiet" onClick={() => tried.remove(each)}>
                        Forget<span class="unseen"> run {i + 1}</span>
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <button type="button" onClick={tried.clear}>
            Forget all
          </button>
        </>
      )}
    </section>
  );
}
