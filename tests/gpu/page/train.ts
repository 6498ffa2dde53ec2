// Training on the device through Basin's public surface.
import {
  createSession,
  createSweep,
  DeviceLostError,
  type Reals,
  type Run,
  type SessionOptions,
  type SweepInput,
} from '../../../src/index.ts';
import { flatten, follow, type Outcome, type SweepOutcome, trainAlone, trainTogether } from '../../support/train.ts';

/** A strategy of the test's own choice. */
type Pin = Pick<SessionOptions, 'pin'>;

/** Paths that a CSV document may name → their text. */
type Files = Readonly<Record<string, string>>;

const onGpu = (pin: Pin = {}): SessionOptions => ({ backend: 'webgpu', ...pin });

export function alone(run: Run, slices: number[], pin?: Pin): Promise<Outcome> {
  return trainAlone(run, slices, onGpu(pin));
}

export function together(input: SweepInput, slices: number[], pin?: Pin, files: Files = {}): Promise<SweepOutcome> {
  return trainTogether(input, slices, { ...onGpu(pin), readText: async (path) => files[path]! });
}

/** Models of a sweep, taken out of it after `before` steps and gone on with alone. */
export async function takenOut(
  input: SweepInput,
  models: number[],
  before: number,
  slices: number[],
  pin?: Pin,
): Promise<Outcome[]> {
  const sweep = await createSweep(input, onGpu(pin));
  await sweep.step(before);
  const outcomes: Outcome[] = [];
  for (const m of models) {
    const session = await sweep.session(m);
    outcomes.push(await follow(session, slices));
    session.dispose();
  }
  sweep.dispose();
  return outcomes;
}

/** What becomes of each model of a sweep that is trained to its end, and the step at which it stopped. */
export async function halved(
  input: SweepInput,
  pin?: Pin,
): Promise<{ runs: Run[]; steps: number[]; weights: Reals[]; losses: Reals }> {
  const sweep = await createSweep(input, onGpu(pin));
  for await (const _ of sweep.train());
  const steps = sweep.modelSteps();
  const runs = steps.map((_, i) => sweep.run(i) as Run);
  const outcome = { runs, steps, weights: (await sweep.weights()).map(flatten), losses: await sweep.losses() };
  sweep.dispose();
  return outcome;
}

/** The same session twice, reset in between. */
export async function resetBetween(run: Run, slices: number[], pin?: Pin): Promise<[Outcome, Outcome]> {
  const session = await createSession(run, onGpu(pin));
  const first = await follow(session, slices);
  await session.reset();
  const second = await follow(session, slices);
  session.dispose();
  return [first, second];
}

/** Two sessions on one device, stepping in turns and without waiting for each other. */
export async function inTurns(a: Run, b: Run, slices: number[], pin?: Pin): Promise<[Outcome, Outcome]> {
  const sessions = await Promise.all([createSession(a, onGpu(pin)), createSession(b, onGpu(pin))]);
  const outcomes = await Promise.all([follow(sessions[0], slices), follow(sessions[1], slices)]);
  for (const session of sessions) session.dispose();
  return outcomes;
}

/** Gradients of the next step at each of these steps. */
export async function gradientsAt(run: Run, steps: number[], pin?: Pin): Promise<Float32Array[]> {
  const session = await createSession(run, onGpu(pin));
  const gradients: Float32Array[] = [];
  for (const step of steps) {
    await session.step(step - session.steps);
    gradients.push(flatten(await session.gradients()) as Float32Array);
  }
  session.dispose();
  return gradients;
}

/** What a session on a device of the caller's own says once the device is destroyed. */
export async function loseDevice(run: Run): Promise<{ before: number; errors: string[]; isOwn: boolean[] }> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  const session = await createSession(run, { device });
  await session.step(3);
  const before = await session.loss();
  device.destroy();
  await device.lost;
  const calls = [() => session.step(1), () => session.loss(), () => session.weights(), () => session.evaluate()];
  const errors: unknown[] = [];
  for (const call of calls) errors.push(await call().catch((error: unknown) => error));
  return {
    before,
    errors: errors.map((error) => (error as Error).message ?? 'no error'),
    isOwn: errors.map((error) => error instanceof DeviceLostError),
  };
}

/** The device goes while steps are under way. */
export async function loseDeviceInStep(run: Run): Promise<string> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  const session = await createSession(run, { device });
  const steps = session.step(5000);
  device.destroy();
  return steps.then(
    () => 'no error',
    (error: Error) => error.name,
  );
}
