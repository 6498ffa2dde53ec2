// Which backend trains here, and why; and another one for those who want it.

import { changeBackend, where } from '../state.ts';
import type { BackendChoice, Recovery } from '../training/protocol.ts';
import type { Training } from '../training/training.ts';
import { count } from './format.ts';

const CHOICES: readonly { id: BackendChoice; label: string }[] = [
  { id: 'auto', label: 'choose for me' },
  { id: 'webgpu', label: 'WebGPU' },
  { id: 'cpu', label: 'CPU' },
];

/** What stopped training, and a way on. */
export function Failure({ training }: { training: Training }) {
  const failure = training.failure.value;
  if (!failure) return null;
  const mayChoose = failure.name === 'BackendError' && where.value.backend !== 'auto';
  return (
    <p class="notice" role="alert">
      {failure.message}
      {mayChoose && (
        <button type="button" onClick={() => changeBackend('auto')}>
          Choose another backend for me
        </button>
      )}
      {failure.name === 'DeviceLostError' && (
        <button type="button" onClick={() => changeBackend(where.value.backend)}>
          Begin again
        </button>
      )}
    </p>
  );
}

/** That the device was lost, and where the runs went on. */
function Recovered({ training }: { training: Training }) {
  const recovery = training.recovery.value;
  return (
    <p role="status" class={recovery ? 'recovered' : 'unseen'}>
      {recovery && `${lostWords(recovery)} What the device said: ${recovery.reason}`}
    </p>
  );
}

function lostWords({ step, backend }: Recovery): string {
  const where = backend.name === 'cpu' ? 'the CPU' : 'a new device';
  return `The GPU was lost. The runs were kept at step ${count(step)} and go on from there on ${where}.`;
}

function Report({ training }: { training: Training }) {
  const { backend, failure } = training;
  if (failure.value) return <p>Training has stopped.</p>;
  if (!backend.value) return <p>Looking for a backend …</p>;
  const { name, adapter, why } = backend.value;
  const where = name === 'webgpu' ? `WebGPU on ${adapter}` : `the CPU, beside this page: ${adapter}`;
  return (
    <p>
      Trained on <strong>{where}</strong>. Why: {why}
      {/[.!?]$/.test(why) ? '' : '.'}
    </p>
  );
}

export function Engine({ training }: { training: Training }) {
  return (
    <footer>
      <Report training={training} />
      <Recovered training={training} />
      <label>
        Backend{' '}
        <select
          value={where.value.backend}
          onChange={(event) => changeBackend(event.currentTarget.value as BackendChoice)}
        >
          {CHOICES.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </footer>
  );
}
