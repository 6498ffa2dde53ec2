// The page: one lesson, from its question to what was seen; or the workbench; or the landscape.

import { LandscapePage } from '../landscape/page.tsx';
import { bugs, REACHES } from '../lessons/gradient-checking.ts';
import type { CompareLesson } from '../lessons/lesson.ts';
import { CLOSE } from '../lessons/tuning.ts';
import {
  bench,
  contenders,
  hasData,
  hasStarted,
  place,
  predict,
  prediction,
  problem,
  training,
  trySeeds,
  where,
} from '../state.ts';
import { Check } from './check.tsx';
import { Controls } from './controls.tsx';
import { Engine, Failure } from './engine.tsx';
import { Header } from './header.tsx';
import { Insides } from './insides.tsx';
import { OwnFileBox } from './own-file.tsx';
import { Panels } from './panels.tsx';
import { Prediction } from './prediction.tsx';
import { SettingsForm } from './settings.tsx';
import { Spread } from './spread.tsx';
import { TakeAway } from './take-away.tsx';
import { CellAway, Tuning } from './tuning.tsx';
import { ToBench } from './workbench/to-bench.tsx';
import { Workbench } from './workbench/workbench.tsx';

/** What moves the lesson's networks, what they do, and what can be changed. */
function Body() {
  const { lesson } = place.value;
  switch (lesson.kind) {
    case 'compare':
      return <Compare key={lesson.id} lesson={lesson} />;
    case 'tuning':
      return (
        <>
          <Controls />
          <Tuning />
          <SettingsForm />
        </>
      );
    case 'check':
      return (
        <>
          <Check />
          <SettingsForm />
        </>
      );
    default:
      return lesson satisfies never;
  }
}

function Compare({ lesson }: { lesson: CompareLesson }) {
  return (
    <>
      {hasData.value && <Controls />}
      <div class="stage">
        {lesson.needsFile && <OwnFileBox />}
        {hasData.value && <Panels lesson={lesson} />}
      </div>
      {hasData.value && <SettingsForm />}
    </>
  );
}

/** For those who want to know more, below the first screen. */
function Below() {
  const { lesson } = place.value;
  if (lesson.kind === 'tuning') return <CellAway />;
  if (!hasData.value) return null;
  return (
    <div class="below">
      {lesson.kind === 'compare' && (
        <>
          <Insides {...lesson} />
          <Spread contenders={contenders.value} luck={lesson.luck} start={(seeds) => trySeeds(lesson, seeds)} />
          <TakeAway choices={contenders.value.map(({ label }, model) => ({ label, training, model }))} />
        </>
      )}
      <ToBench />
    </div>
  );
}

/** What to guess before the lesson's answer is there. */
function Guess() {
  const { lesson, settings } = place.value;
  const start = 'Make a guess, then press Start.';
  const common = { question: lesson.prediction, chosen: prediction.value, onChoose: predict };
  switch (lesson.kind) {
    case 'compare':
      if (!hasData.value) return null;
      return <Prediction {...common} answers={contenders.value} hint={start} closed={hasStarted.value} />;
    case 'tuning':
      return <Prediction {...common} answers={CLOSE} hint={start} closed={hasStarted.value} />;
    case 'check': {
      const hint = 'Make a guess, then plant a bug.';
      return <Prediction {...common} answers={REACHES} hint={hint} closed={bugs[settings.bug!] !== bugs[0]} />;
    }
    default:
      return lesson satisfies never;
  }
}

function LessonPage() {
  const { lesson } = place.value;
  return (
    <>
      <main>
        <Notice />
        <Failure training={training} />
        <div class="screen">
          <div class="opening">
            <h1>{lesson.question}</h1>
            <p class="lead">{lesson.lead}</p>
            <Guess />
          </div>
          <Body />
        </div>
        <Below />
      </main>
      {lesson.kind === 'check' ? (
        <footer>Checked on the CPU with 64-bit numbers, which WebGPU does not have.</footer>
      ) : (
        <Engine training={training} />
      )}
    </>
  );
}

function WorkbenchPage() {
  const { slots, chosen } = bench;
  return (
    <>
      <main>
        <Notice />
        {slots.value.length > 0 && <Workbench />}
      </main>
      {chosen.value && <Engine training={chosen.value.training} />}
    </>
  );
}

/** What a link held that could not be read. */
function Notice() {
  if (!problem.value) return null;
  return (
    <p class="notice" role="alert">
      {problem.value}
    </p>
  );
}

function GroundPage() {
  return (
    <>
      <main>
        <Notice />
        <LandscapePage />
      </main>
      <Engine training={training} />
    </>
  );
}

const pages = { lesson: LessonPage, workbench: WorkbenchPage, landscape: GroundPage } as const;

export function Page() {
  const Shown = pages[where.value.page];
  return (
    <>
      <Header />
      <Shown />
    </>
  );
}
