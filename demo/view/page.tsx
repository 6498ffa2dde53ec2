// The page: one lesson, from its question to what was seen.

import type { CompareLesson } from '../lessons/lesson.ts';
import { hasData, place, problem } from '../state.ts';
import { Check } from './check.tsx';
import { Controls } from './controls.tsx';
import { Engine, Failure } from './engine.tsx';
import { Header } from './header.tsx';
import { OwnFileBox } from './own-file.tsx';
import { Panels } from './panels.tsx';
import { Prediction } from './prediction.tsx';
import { SettingsForm } from './settings.tsx';
import { Spread } from './spread.tsx';
import { Tuning } from './tuning.tsx';
import { Verdict } from './verdict.tsx';

function Compare({ lesson }: { lesson: CompareLesson }) {
  return (
    <>
      {lesson.needsFile && <OwnFileBox />}
      {hasData.value && (
        <>
          <Controls />
          <Panels lesson={lesson} />
          <div class="closing">
            <Verdict lesson={lesson} />
            <SettingsForm />
          </div>
          <Spread lesson={lesson} />
        </>
      )}
    </>
  );
}

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

export function Page() {
  const { lesson } = place.value;
  return (
    <>
      <Header />
      <main>
        {problem.value && (
          <p class="notice" role="alert">
            {problem.value}
          </p>
        )}
        <div class="opening">
          <div>
            <h1>{lesson.question}</h1>
            <p class="lead">{lesson.lead}</p>
          </div>
          {lesson.kind === 'compare' && hasData.value && <Prediction lesson={lesson} />}
        </div>
        <Failure />
        <Body />
      </main>
      {lesson.kind === 'check' ? (
        <footer>Checked on the CPU with 64-bit numbers, which WebGPU does not have.</footer>
      ) : (
        <Engine />
      )}
    </>
  );
}
