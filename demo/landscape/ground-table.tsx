// A ground in numbers: its losses on a coarse grid, and the stops of its paths.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Ground } from '../training/protocol.ts';
import { evenly } from '../view/evenly.ts';
import { count, places } from '../view/format.ts';

const GRID = 7;
const MOST_STOPS = 12;

function Losses({ ground: { x, y, losses } }: { ground: Ground }) {
  const columns = evenly(x.length, GRID);
  return (
    <table>
      <caption>Loss by place: direction 1 to the right, direction 2 down</caption>
      <thead>
        <tr>
          <td />
          {columns.map((c) => (
            <th key={c} scope="col">
              {places(x[c]!)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {evenly(y.length, GRID).map((r) => (
          <tr key={r}>
            <th scope="row">{places(y[r]!)}</th>
            {columns.map((c) => (
              <td key={c}>{places(losses[r * x.length + c]!)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Stops({ ground, names }: { ground: Ground; names: readonly string[] }) {
  return (
    <table>
      <caption>The paths, at some of their steps</caption>
      <thead>
        <tr>
          <th scope="col">network</th>
          <th scope="col">step</th>
          <th scope="col">direction 1</th>
          <th scope="col">direction 2</th>
          <th scope="col">away from the plane</th>
          <th scope="col">loss</th>
        </tr>
      </thead>
      <tbody>
        {ground.paths.flatMap((path, p) =>
          evenly(path.length, MOST_STOPS).map((i) => {
            const { step, x, y, distance, loss } = path[i]!;
            return (
              <tr key={`${p} ${i}`}>
                <th scope="row">{names[p]}</th>
                <td>{count(step)}</td>
                <td>{places(x)}</td>
                <td>{places(y)}</td>
                <td>{places(distance)}</td>
                <td>
                  <data value={String(loss)}>{places(loss)}</data>
                </td>
              </tr>
            );
          }),
        )}
      </tbody>
    </table>
  );
}

interface GroundTableProps {
  readonly ground: Ground | null;
  /** Of the paths. */
  readonly names: readonly string[];
  readonly label: string;
  /** What to know about the ground. */
  readonly children?: ComponentChildren;
}

export function GroundTable({ ground, names, label, children }: GroundTableProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        The ground in numbers<span class="unseen">, {label}</span>
      </summary>
      {children}
      {isOpen && ground && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section class="scrolls" tabIndex={0} aria-label={`The ground in numbers, ${label}`}>
          <Losses ground={ground} />
          <Stops ground={ground} names={names} />
        </section>
      )}
    </details>
  );
}
