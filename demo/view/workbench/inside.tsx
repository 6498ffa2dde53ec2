// A look inside the chosen run: what each unit computes, and the weights and gradients of each layer.

import { useEffect } from 'preact/hooks';
import { bench, openLandscape } from '../../state.ts';
import type { Slot } from '../../workbench/bench.ts';
import { Doctor, titleOf } from '../doctor.tsx';
import { Network } from './network.tsx';
import { Tensors } from './tensors.tsx';

type Part = keyof typeof bench.watch.value;

const look = (part: Part, isOpen: boolean) => {
  if (bench.watch.value[part] !== isOpen) bench.watch.value = { ...bench.watch.value, [part]: isOpen };
};

function Findings({ slot }: { slot: Slot }) {
  const findings = slot.training.frame.value?.findings[0] ?? [];
  return (
    <details class="group">
      <summary>
        <span class="group-title">The doctor</span>{' '}
        <span class={findings.length > 0 ? 'group-summary found' : 'group-summary'}>
          {findings.map(titleOf).join('; ') || 'finds nothing wrong'}
        </span>
      </summary>
      <Doctor findings={findings} onFix={(patch) => bench.addMended(slot, patch)} />
    </details>
  );
}

export function Inside() {
  const { slots, chosen, watch } = bench;
  const slot = chosen.value!;
  const name = slots.value.length > 1 ? `run ${slots.value.indexOf(slot) + 1}` : 'the network';
  // Nobody looks any more when the page is left.
  useEffect(
    () => () => {
      bench.watch.value = { units: bench.watch.value.units, tensors: false };
    },
    [],
  );
  return (
    <section class="inside" aria-labelledby="inside-title">
      <h2 id="inside-title">Inside {name}</h2>
      <Findings slot={slot} />
      <details class="group" open={watch.value.units} onToggle={(event) => look('units', event.currentTarget.open)}>
        <summary>
          <span class="group-title">Units</span> <span class="group-summary">what each one computes</span>
        </summary>
        <Network slot={slot} />
      </details>
      <details class="group" open={watch.value.tensors} onToggle={(event) => look('tensors', event.currentTarget.open)}>
        <summary>
          <span class="group-title">Weights and gradients</span>{' '}
          <span class="group-summary">as images and histograms, layer by layer</span>
        </summary>
        {watch.value.tensors && <Tensors slot={slot} />}
      </details>
      <div class="group after-groups">
        <button type="button" onClick={() => openLandscape(slot.run)}>
          See its loss landscape
        </button>
      </div>
    </section>
  );
}
