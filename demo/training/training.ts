// The page's side of training: what the views read, and the buttons' verbs. The worker does the work.

import { signal } from '@preact/signals';
import type { BackendReport, Run } from '../../src/index.ts';
import type {
  CheckedLayer,
  Frame,
  Job,
  Opened,
  Order,
  Point,
  Recovery,
  Report,
  Survey,
  Taken,
  Watch,
} from './protocol.ts';

export type Status = 'opening' | 'ready' | 'running' | 'paused' | 'done' | 'failed';

export interface Failure {
  readonly name: string;
  readonly message: string;
  /** Where in the run document. */
  readonly path?: string;
}

/** A worker that has not begun a job by then is lost in an older one. Another one takes its place. */
const STUCK_MS = 1000;

/** The name of the failure that a person asked for. */
export const CANCELLED = 'Cancelled';

export type Training = ReturnType<typeof createTraining>;

export function createTraining() {
  const status = signal<Status>('opening');
  const opened = signal<Opened | null>(null);
  const backend = signal<BackendReport | null>(null);
  const frame = signal<Frame | null>(null);
  const points = signal<readonly Point[]>([]);
  const failure = signal<Failure | null>(null);
  const recovery = signal<Recovery | null>(null);
  const checked = signal<readonly CheckedLayer[] | null>(null);
  const survey = signal<Survey | null>(null);
  const surveying = signal<number | null>(null);
  let id = 0;
  /** Does the job that is being opened go on by itself? */
  let playsAtOnce = false;
  let lastSpeed: number | null = null;
  /** Who waits for files; forgotten with the job. */
  let takers: { model: number; give: (taken: Taken) => void }[] = [];

  /** The newest job that the worker has begun to open; null before it has said anything. */
  let begun: number | null = null;
  let stuckLater: ReturnType<typeof setTimeout> | undefined;
  let lastWatch: Watch | null = null;

  const startWorker = () => {
    const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    started.onmessage = ({ data }: MessageEvent<Report>) => hear(data);
    started.onerror = ({ message }) =>
      fail({ name: 'Error', message: message || 'The training worker did not start.' });
    return started;
  };
  const send = (order: Order) => worker.postMessage(order);
  const replaceWorker = () => {
    worker.terminate();
    begun = null;
    worker = startWorker();
    if (lastWatch) send({ type: 'watch', watch: lastWatch });
  };
  const sendAgain = (order: Extract<Order, { type: 'open' }>) => {
    if (order.id !== id || begun === id) return;
    replaceWorker();
    send(order);
  };
  const fail = (problem: Failure) => {
    failure.value = problem;
    status.value = 'failed';
  };

  const hear = (report: Report) => {
    begun ??= 0;
    if (report.type === 'begun') begun = report.id;
    if (report.id !== id) return;
    switch (report.type) {
      case 'begun':
        break;
      case 'opened':
        opened.value = report.opened;
        backend.value = report.opened.backend;
        break;
      case 'frame':
        points.value = report.frame.restart ? report.frame.points : [...points.value, ...report.frame.points];
        frame.value = report.frame;
        surveying.value = null;
        if (status.value === 'opening') {
          status.value = 'ready';
          if (playsAtOnce) play(lastSpeed);
        }
        break;
      case 'taken': {
        const { taken } = report;
        for (const { model, give } of takers) if (model === taken.model) give(taken);
        takers = takers.filter(({ model }) => model !== taken.model);
        break;
      }
      case 'recovered':
        recovery.value = report.recovery;
        backend.value = report.recovery.backend;
        break;
      case 'stopped':
        if (status.value !== 'opening') status.value = resting(report.done);
        break;
      case 'surveying':
        surveying.value = report.part;
        break;
      case 'surveyed':
        survey.value = report.survey;
        surveying.value = null;
        break;
      case 'checked':
        checked.value = report.layers;
        break;
      case 'failed':
        fail(report);
        break;
      default:
        report satisfies never;
    }
  };
  const resting = (done: boolean): Status => {
    if (done) return 'done';
    return frame.value?.now.step === 0 ? 'ready' : 'paused';
  };

  /** From the start again where the run has ended. */
  const play = (stepsPerSecond: number | null) => {
    lastSpeed = stepsPerSecond;
    if (status.value === 'opening') return;
    if (status.value === 'done') send({ type: 'rewind' });
    status.value = 'running';
    send({ type: 'play', stepsPerSecond });
  };

  const hold = (then: 'wait' | 'play' = 'wait') => {
    id += 1;
    playsAtOnce = then === 'play';
    failure.value = null;
    recovery.value = null;
    survey.value = null;
    surveying.value = null;
    takers = [];
    status.value = 'opening';
    send({ type: 'pause' });
  };

  let worker = startWorker();

  return {
    status,
    opened,
    backend,
    frame,
    points,
    failure,
    /** The last time that the device was lost, and the runs went on. */
    recovery,
    checked,
    /** The loss landscape where training last rested. */
    survey,
    /** The part of the next one that is done; null while none is under way. */
    surveying,
    /** Compares the slopes of a run's start with those found by nudging; the answer comes in `checked`. */
    check(run: Run, epsilon: number) {
      hold();
      send({ type: 'check', id, run, epsilon });
    },
    /** Other runs: everything begins again. The old pictures stay until the new ones are there. */
    open(job: Job, then: 'wait' | 'play' = 'wait') {
      hold(then);
      const order = { type: 'open', id, job } as const;
      send(order);
      clearTimeout(stuckLater);
      // A worker that is only just starting is not stuck.
      if (begun !== null) stuckLater = setTimeout(() => sendAgain(order), STUCK_MS);
    },
    /** Another job is on its way: the old one stops, its pictures stay. */
    hold,
    /** Does it train, or will it as soon as it can? */
    goesOn: () => status.value === 'running' || (status.value === 'opening' && playsAtOnce),
    /** Gives up what is being opened, at once. */
    cancel() {
      hold();
      replaceWorker();
      fail({ name: CANCELLED, message: 'Cancelled before it was ready.' });
    },
    /** Nothing to train: as before the first job. */
    close() {
      hold();
      frame.value = null;
      points.value = [];
      opened.value = null;
    },
    /** A model as files, as it is now; training goes on. Never resolves when another job is opened meanwhile. */
    take(model: number): Promise<Taken> {
      send({ type: 'take', id, model });
      return new Promise((give) => takers.push({ model, give }));
    },
    play,
    pause: () => send({ type: 'pause' }),
    step(count: number) {
      status.value = 'running';
      send({ type: 'step', count });
    },
    rewind: () => send({ type: 'rewind' }),
    /** What frames hold beside the scores, from now on. */
    watch(watch: Watch) {
      lastWatch = watch;
      send({ type: 'watch', watch });
    },
    dispose() {
      clearTimeout(stuckLater);
      worker.terminate();
    },
  };
}
