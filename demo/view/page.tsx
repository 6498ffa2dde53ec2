// The page: one lesson, from its question to what was seen.

import { place, problem } from '../state.ts';
import { Controls } from './controls.tsx';
import { Engine } from './engine.tsx';
import { Header } from './header.tsx';
import { Panels } from './panels.tsx';
import { Prediction } from './prediction.tsx';
import { SettingsForm } from './settings.tsx';
import { Spread } from './spread.tsx';
import { Verdict } from './verdict.tsx';

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
          <Prediction />
        </div>
        <Controls />
        <Panels />
        <div class="closing">
          <Verdict />
          <SettingsForm />
        </div>
        <Spread />
      </main>
      <Engine />
    </>
  );
}
