// Beside the buttons: which run does not start and why, what is being made, and that runs were paused meanwhile.

import { useEffect, useState } from 'preact/hooks';
import { inputsOf as columnsTaken, ownFile } from '../../lessons/own-data.ts';
import { bench } from '../../state.ts';
import type { Slot } from '../../workbench/bench.ts';
import { canonicalOf } from '../../workbench/document.ts';
import { inputsOf, sizeOf } from '../../workbench/size.ts';
import { inShort, saidOnPage } from '../../workbench/words.ts';
import { bytes, count } from '../format.ts';

/** Most runs are made before anybody could read what they are. */
const PATIENCE_MS = 400;

function nameOf(slot: Slot): string {
  const { slots } = bench;
  return slots.value.length === 1 ? 'This run' : `Run ${slots.value.indexOf(slot) + 1}`;
}

function Hindered({ slot }: { slot: Slot }) {
  const problem = bench.problemOf(slot);
  if (!problem) return null;
  const goesOn = slot.training.status.value === 'running';
  return (
    <p class="hindered">
      <strong>
        {nameOf(slot)} {goesOn ? 'trains on as it was' : 'cannot start'}.
      </strong>{' '}
      {inShort(saidOnPage(problem, bench.meant(slot)))}
    </p>
  );
}

function sizeWords({ run }: Slot): string {
  const inputs = inputsOf(run.data) ?? (ownFile.value && columnsTaken(ownFile.value));
  if (inputs === null) return '';
  const size = sizeOf(canonicalOf(run), inputs);
  return `: ${count(size.parameters)} parameters, at least ${bytes(size.bytes)} of memory`;
}

function Making({ slot }: { slot: Slot }) {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  return (
    <p>
      Making {nameOf(slot).toLowerCase()}
      {sizeWords(slot)}.{' '}
      <button type="button" onClick={() => bench.cancel(slot)}>
        Cancel<span class="unseen"> {nameOf(slot)}</span>
      </button>
    </p>
  );
}

export function Note() {
  const { slots, hindered, wasLeft } = bench;
  const opening = slots.value.filter(({ training }) => training.status.value === 'opening');
  return (
    <>
      {wasLeft() && <p>Paused when you left the workbench.</p>}
      {hindered().map((slot) => (
        <Hindered key={slot.id} slot={slot} />
      ))}
      {opening.map((slot) => (
        <Making key={`${slot.id} ${slot.meaning}`} slot={slot} />
      ))}
    </>
  );
}
