// What the landscape's page trains.

import { applyPatch, type Run, shortForm } from '../../src/index.ts';
import type { LandscapePlace, Place } from '../link.ts';
import type { Job } from '../training/protocol.ts';
import { networksOf } from './choices.ts';

/** Points of the curve, and so stops of the path. */
const STOPS = 120;

export function landscapeJob(place: LandscapePlace, frameRate: number, files: NonNullable<Job['files']>): Job {
  const { run, choices, backend } = place;
  const models = networksOf(run, choices.against).map(({ patch }) => patch);
  const wants = { pictures: true, curvePoints: STOPS, survey: 'each' } as const;
  return { input: { base: run, models }, backend, files, frameRate, ...wants };
}

/** Both networks as documents of their own, for the workbench. */
export function landscapeRuns({ run, choices }: LandscapePlace): Run[] {
  return networksOf(run, choices.against).map(({ label, patch }, m) => ({
    ...shortForm(applyPatch(run, patch, 'model')),
    name: m === 0 ? (run.name ?? label) : label,
  }));
}

/** Do these two places differ only in how the same grounds are looked at? */
export function differsInLook(before: Place, after: Place): boolean {
  if (before.page !== 'landscape' || after.page !== 'landscape' || before === after) return false;
  const isSame = before.run === after.run && before.backend === after.backend;
  return isSame && before.choices.against === after.choices.against;
}
