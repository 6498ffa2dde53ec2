// A network followed through its training with the doctor beside it.
import { createSession, diagnose, type Finding, type Run, type ScoredStep } from '../../src/index.ts';

export interface Visit {
  readonly step: number;
  readonly findings: readonly Finding[];
}

/** Trains to `steps` on the CPU and looks `visits` times on the way, and at the start. */
export async function follow(run: Run, steps: number, visits: number): Promise<Visit[]> {
  const session = await createSession(run, { backend: 'cpu' });
  const curve: ScoredStep[] = [];
  const seen: Visit[] = [];
  for (let visit = 0; visit <= visits; visit++) {
    const target = Math.round((steps * visit) / visits);
    const divergence = await session.step(target - session.steps).then(
      () => null,
      () => session.divergence(),
    );
    curve.push({ step: session.steps, scores: await session.evaluate() });
    const [weights, gradients] = [await session.weights(), await session.gradients()];
    const { run: canonical, data } = session;
    const findings = diagnose({ run: canonical, data, weights, gradients, curve, divergence });
    seen.push({ step: session.steps, findings });
    if (divergence) break;
  }
  return seen;
}

/** What was found at any visit, each kind once, in the order in which it was first seen. */
export function kindsOf(visits: readonly Visit[]): string[] {
  return [...new Set(visits.flatMap(({ findings }) => findings.map(({ kind }) => kind)))];
}
