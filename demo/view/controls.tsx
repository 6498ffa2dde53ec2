// The buttons that move training, and how far it is.

import type { ComponentChildren } from 'preact';
import { isSlow, start, toggleSpeed, training } from '../state.ts';
import type { Status } from '../training/training.ts';
import { count, roundUp } from './format.ts';

/** What the buttons move: one training, or several together. */
export interface Trainer {
  readonly status: Status;
  readonly step: number;
  readonly totalSteps: number;
  /** How far the longer step goes, about. */
  readonly every: number;
  /** Stands beside the steps: what hinders, or what goes on instead. */
  readonly note?: ComponentChildren;
  start(): void;
  pause(): void;
  stepOn(count: number): void;
  rewind(): void;
}

/** Progress is spoken in tenths: every frame would never stop talking. */
const SPOKEN_PARTS = 10;

function Main({ status, start, pause }: Trainer) {
  if (status === 'running') {
    return (
      <button type="button" class="primary" onClick={pause}>
        <Icon path="M4 2h3v12H4zM9 2h3v12H9z" /> Pause
      </button>
    );
  }
  const label = status === 'done' ? 'Start again' : status === 'paused' ? 'Go on' : 'Start';
  const isIdle = status === 'ready' || status === 'paused' || status === 'done';
  return (
    <button type="button" class="primary" onClick={start} disabled={!isIdle}>
      <Icon path="M4 2l10 6-10 6z" /> {label}
    </button>
  );
}

function Icon({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={path} fill="currentColor" />
    </svg>
  );
}

const WORDS: Readonly<Record<Status, string>> = {
  opening: 'Getting ready',
  ready: 'Ready',
  running: 'Training',
  paused: 'Paused',
  done: 'Done',
  failed: 'Stopped',
};

function Progress({ status, step, totalSteps, note }: Trainer) {
  const spoken = Math.floor((SPOKEN_PARTS * step) / totalSteps) / SPOKEN_PARTS;
  return (
    <div class="progress">
      <progress aria-label="Training" value={step} max={totalSteps} />
      <div class="progress-words">
        <span class="steps" aria-hidden="true">
          {count(step)} of {count(totalSteps)} steps
        </span>
        <div class="progress-note" role="status">
          {note}
        </div>
      </div>
      <span class="unseen" role="status">
        {WORDS[status]}, {count(spoken * totalSteps)} of {count(totalSteps)} steps
      </span>
    </div>
  );
}

export function TrainingControls({ trainer, children }: { trainer: Trainer; children: ComponentChildren }) {
  const { status, step, every, stepOn, rewind } = trainer;
  const far = roundUp(every);
  const mayStep = ['ready', 'paused', 'done'].includes(status);
  return (
    <section class="controls" aria-label="Training controls">
      <Main {...trainer} />
      <button type="button" onClick={() => stepOn(1)} disabled={!mayStep}>
        +1<span class="word"> step</span>
      </button>
      <button type="button" onClick={() => stepOn(far)} disabled={!mayStep}>
        +{far}
        <span class="word"> steps</span>
      </button>
      <button type="button" onClick={rewind} disabled={step === 0 || status === 'opening'}>
        <Icon path="M3 2h2v12H3zM14 2v12L6 8z" /> <span class="word">Rewind</span>
      </button>
      {children}
      <Progress {...trainer} />
    </section>
  );
}

/** Those of a lesson. */
export function Controls() {
  const { status, opened, frame } = training;
  const pointEvery = opened.value?.pointEvery ?? 100;
  const trainer: Trainer = {
    status: status.value,
    step: frame.value?.now.step ?? 0,
    totalSteps: opened.value?.totalSteps ?? 1,
    every: Number.isFinite(pointEvery) ? pointEvery : 10,
    start,
    pause: training.pause,
    stepOn: training.step,
    rewind: training.rewind,
  };
  return (
    <TrainingControls trainer={trainer}>
      <label class="check">
        <input type="checkbox" checked={isSlow.value} onChange={(event) => toggleSpeed(event.currentTarget.checked)} />
        Slow motion
      </label>
    </TrainingControls>
  );
}
