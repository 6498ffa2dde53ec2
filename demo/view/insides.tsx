// The networks layer by layer: how large signals and gradients are, and what the doctor says about them.

import type { CompareLesson } from '../lessons/lesson.ts';
import { contenders, hasStarted, openMended, training } from '../state.ts';
import { Doctor, shortTitle } from './doctor.tsx';
import { SIZES_KEY, Sizes } from './sizes.tsx';

const idOf = (contender: string) => `inside-${contender}`;

/** Before the start findings would give the answer away. */
function findingsOf(model: number) {
  return hasStarted.value ? (training.frame.value?.findings[model] ?? []) : [];
}

/** Says beside a picture that there is a finding, and leads to it. */
export function FindingMark({ id, model }: { id: string; model: number }) {
  const [finding] = findingsOf(model);
  const show = () => {
    const inside = document.getElementById(idOf(id))!;
    inside.focus({ preventScroll: true });
    inside.scrollIntoView({ block: 'center' });
  };
  return (
    <div class="finding-mark">
      {finding && (
        <button type="button" onClick={show} title="What the doctor says">
          {shortTitle(finding)}
        </button>
      )}
    </div>
  );
}

export function Insides({ insight = {} }: CompareLesson) {
  if (!insight.sizes || !insight.findings) return null;
  return (
    <section aria-labelledby="insides-title" class="whole">
      <h2 id="insides-title">Layer by layer</h2>
      <p class="hint">{SIZES_KEY}</p>
      <div class="panels roomy">
        {contenders.value.map(({ id, label }, model) => (
          <article key={id} id={idOf(id)} class="panel" tabIndex={-1} aria-label={label} data-inside={id}>
            <h3>{label}</h3>
            <Sizes model={model} label={label} />
            {hasStarted.value && <Doctor findings={findingsOf(model)} onFix={(patch) => openMended(model, patch)} />}
          </article>
        ))}
      </div>
    </section>
  );
}
