// What the doctor found in one network, in words, each finding with the button that mends a copy.

import type { Finding, FindingKind, RunPatch } from '../../src/index.ts';

const TITLES: Readonly<Record<FindingKind, string>> = {
  diverged: 'Diverged',
  symmetry: 'All units alike',
  dead: 'Dead units',
  exploding: 'Exploding signals',
  saturated: 'Saturated units',
  vanishing: 'Vanishing signals',
  rate: 'Learning rate too high',
  overfitting: 'Overfitting',
};

export const shortTitle = ({ kind }: Finding): string => TITLES[kind];

export const titleOf = (finding: Finding): string =>
  finding.layer === null ? shortTitle(finding) : `${shortTitle(finding)}, layer ${finding.layer}`;

interface DoctorProps {
  readonly findings: readonly Finding[];
  /** Keys that replace those of the run document. */
  onFix(patch: RunPatch): void;
}

export function Doctor({ findings, onFix }: DoctorProps) {
  return (
    <div class="doctor">
      {findings.length === 0 && <p class="hint">The doctor finds nothing wrong.</p>}
      {findings.map((finding) => (
        <section key={finding.kind} class="finding" data-finding={finding.kind}>
          <h3>{titleOf(finding)}</h3>
          <p>{finding.text}</p>
          <button type="button" onClick={() => onFix(finding.fix.patch)}>
            {finding.fix.label}
          </button>
        </section>
      ))}
    </div>
  );
}
