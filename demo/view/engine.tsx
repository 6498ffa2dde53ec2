// Which backend trains here, and why; and another one for those who want it.

import { changeBackend, hasData, where } from '../state.ts';
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

/** Why it is this one, as a sentence. */
function reason(why: string): string {
  const words = where.value.backend === 'auto' ? `Chosen for you: ${why}` : 'You chose it';
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

function Report({ training }: { training: Training }) {
  const { backend, failure } = training;
  if (failure.value) return <p>Training has stopped.</p>;
  if (!backend.value) return <p>{mayLook() ? 'Looking for a backend …' : 'There is nothing to train yet.'}</p>;
  const { name, adapter, why } = backend.value;
  return (
    <p>
      Training runs on <strong>{name === 'webgpu' ? 'WebGPU' : 'the CPU'}</strong>
      {name === 'webgpu' ? ` (${adapter})` : `, beside this page (${adapter})`}. {reason(why)}
    </p>
  );
}

/** Without data a lesson opens nothing. */
const mayLook = () => where.value.page !== 'lesson' || hasData.value;

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
