// The buttons that move training, and how far it is.

import { isSlow, start, toggleSpeed, training } from '../state.ts';
import { count } from './format.ts';

/** Progress is spoken in tenths: every frame would never stop talking. */
const SPOKEN_PARTS = 10;

function Main() {
  const status = training.status.value;
  if (status === 'running') {
    return (
      <button type="button" class="primary" onClick={training.pause}>
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

function Progress() {
  const step = training.frame.value?.now.step ?? 0;
  const total = training.opened.value?.totalSteps ?? 1;
  const spoken = Math.floor((SPOKEN_PARTS * step) / total) / SPOKEN_PARTS;
  const words = {
    opening: 'Getting ready',
    ready: 'Ready',
    running: 'Training',
    paused: 'Paused',
    done: 'Done',
    failed: 'Stopped',
  };
  const state = words[training.status.value];
  return (
    <div class="progress">
      <progress aria-label="Training" value={step} max={total} />
      <span class="steps" aria-hidden="true">
        {count(step)} of {count(total)} steps
      </span>
      <span class="unseen" role="status">
        {state}, {count(spoken * total)} of {count(total)} steps
      </span>
    </div>
  );
}

export function Controls() {
  const { status, opened, frame } = training;
  const pointEvery = opened.value?.pointEvery ?? 100;
  const every = Number.isFinite(pointEvery) ? pointEvery : 10;
  const mayStep = ['ready', 'paused', 'done'].includes(status.value);
  const atStart = (frame.value?.now.step ?? 0) === 0;
  return (
    <section class="controls" aria-label="Training controls">
      <Main />
      <button type="button" onClick={() => training.step(1)} disabled={!mayStep}>
        +1 step
      </button>
      <button type="button" onClick={() => training.step(every)} disabled={!mayStep}>
        +{every} steps
      </button>
      <button type="button" onClick={training.rewind} disabled={atStart || status.value === 'opening'}>
        <Icon path="M3 2h2v12H3zM14 2v12L6 8z" /> Rewind
      </button>
      <label class="check">
        <input type="checkbox" checked={isSlow.value} onChange={(event) => toggleSpeed(event.currentTarget.checked)} />
        Slow motion
      </label>
      <Progress />
    </section>
  );
}
