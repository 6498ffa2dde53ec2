// One of the runs side by side: what makes it different, its picture, its numbers, its curve.

import type { Evaluation, InlineData } from '../../../src/index.ts';
import { bench } from '../../state.ts';
import { CANCELLED } from '../../training/training.ts';
import type { Slot } from '../../workbench/bench.ts';
import { differenceLine } from '../../workbench/differences.ts';
import { canonicalOf } from '../../workbench/document.ts';
import { isDrawable } from '../../workbench/points.ts';
import { type Problem as ProblemOf, saidOnPage } from '../../workbench/words.ts';
import { Boundary } from '../boundary.tsx';
import { Curve, CurveKey } from '../curve.tsx';
import { percent, places } from '../format.ts';
import { DrawPad } from './draw.tsx';

interface FigureOf {
  readonly name: string;
  readonly label: string;
  readonly value: number | null | undefined;
  readonly text: (value: number) => string;
}

function figuresOf(scores: Evaluation | undefined): readonly FigureOf[] {
  const { train, validation, test } = scores ?? {};
  return [
    { name: 'test-accuracy', label: 'of new points right', value: test?.accuracy, text: percent },
    { name: 'validation-accuracy', label: 'of held-out points', value: validation?.accuracy, text: percent },
    { name: 'train-accuracy', label: 'of training points', value: train?.accuracy, text: percent },
    { name: 'train-loss', label: 'training loss', value: train?.loss, text: places },
    { name: 'validation-loss', label: 'held-out loss', value: validation?.loss, text: places },
    { name: 'test-loss', label: 'test loss', value: test?.loss, text: places },
  ];
}

function Figures({ slot }: { slot: Slot }) {
  const scores = slot.training.frame.value?.now.scores[0];
  const known = figuresOf(scores).filter(({ value }) => value !== null && value !== undefined);
  return (
    <dl class="figures">
      {known.map(({ name, label, value, text }, i) => (
        <div key={name} class={i === 0 ? 'big' : ''}>
          <dt>{label}</dt>
          <dd>
            <data value={String(value)} data-figure={name}>
              {text(value!)}
            </data>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What it is called, and what it does otherwise than the first run. */
function wordsOf(first: Slot, { run }: Slot): string {
  const own = run.name ?? '';
  if (run === first.run) return own || 'The others are held against this one.';
  const other = differenceLine(
    { written: first.run, run: canonicalOf(first.run) },
    { written: run, run: canonicalOf(run) },
  );
  return own ? `${own}: ${other}` : other;
}

function Problem({ slot, problem }: { slot: Slot; problem: ProblemOf }) {
  return (
    <p class="notice" role="alert">
      {saidOnPage(problem, bench.meant(slot))}
      {slot.training.failure.value?.name === CANCELLED && (
        <button type="button" onClick={() => bench.makeAgain(slot)}>
          Make it after all
        </button>
      )}
    </p>
  );
}

export function RunCard({ slot, index }: { slot: Slot; index: number }) {
  const { training } = slot;
  const { slots, chosen, documentOf, curveOf, ceiling } = bench;
  const isChosen = chosen.value === slot;
  const isAlone = slots.value.length === 1;
  const label = `Run ${index + 1}`;
  const data = documentOf(slot).data as InlineData;
  const isDrawn = isChosen && isDrawable(data);
  const hasPicture = training.opened.value?.view !== null;
  const problem = bench.problemOf(slot);
  return (
    <article
      class={isChosen && !isAlone ? 'panel run chosen' : 'panel run'}
      aria-labelledby={`run-${slot.id}`}
      data-model={`run-${index + 1}`}
    >
      <header class="run-head">
        <h2 id={`run-${slot.id}`}>{label}</h2>
        {!isAlone && (
          <>
            <button type="button" aria-pressed={isChosen} onClick={() => bench.choose(slot)}>
              {isChosen ? 'Chosen' : 'Choose'}
              <span class="unseen"> {label}</span>
            </button>
            <button type="button" title={`Remove ${label}`} onClick={() => bench.remove(slot)}>
              <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
                <path d="M3 3l10 10M13 3L3 13" stroke="currentColor" stroke-width="2" />
              </svg>
              <span class="unseen">Remove {label}</span>
            </button>
          </>
        )}
      </header>
      <div>
        <p class="hint difference">{isAlone ? slot.run.name : wordsOf(slots.value[0]!, slot)}</p>
        {problem && <Problem slot={slot} problem={problem} />}
      </div>
      <div class="run-body">
        {hasPicture && (
          <Boundary training={training} model={0} label={label} drawn={isDrawn ? data : null}>
            {isDrawn && <DrawPad slot={slot} />}
          </Boundary>
        )}
        <div>
          <Figures slot={slot} />
          <CurveKey of={curveOf.value} />
          <Curve training={training} model={0} label={label} of={curveOf.value} ceiling={ceiling} />
        </div>
      </div>
    </article>
  );
}
