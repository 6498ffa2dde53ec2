// What the landscape's page trains.

import { applyPatch, type Run, shortForm } from '../../src/index.ts';
import type { LandscapePlace } from '../link.ts';
import type { Job } from '../training/protocol.ts';
import { networksOf } from './choices.ts';

/** Points of the curve, and so stops of the path. */
const STOPS = 120;

export function landscapeJob(place: LandscapePlace, frameRate: number, files: NonNullable<Job['files']>): Job {
  const { run, choices, backend } = place;
  const models = networksOf(run, choices.against).map(({ patch }) => patch);
  const wants = { pictures: true, curvePoints: STOPS, survey: 'each' } as const;
  return { groups: [{ base: run, models }], backend, files, frameRate, ...wants };
}

/** Both networks as documents of their own, for the workbench. */
export function landscapeRuns({ run, choices }: LandscapePlace): Run[] {
  return networksOf(run, choices.against).map(({ label, patch }, m) => ({
    ...shortForm(applyPatch(run, patch, 'model')),
    name: m === 0 ? (run.name ?? label) : label,
  }));
}
