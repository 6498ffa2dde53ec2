// Sliders. A change begins the runs again.

import type { Setting } from '../lessons/lesson.ts';
import { changeSetting, place, showsTestPoints } from '../state.ts';

function Slider({ setting, value }: { setting: Setting; value: number }) {
  const { key, label, hint, values, initial } = setting;
  return (
    <div class="slider">
      <label for={`setting-${key}`}>{label}</label>
      <output for={`setting-${key}`}>{value}</output>
      <input
        id={`setting-${key}`}
        type="range"
        min={0}
        max={values.length - 1}
        value={values.indexOf(value)}
        aria-valuetext={String(value)}
        aria-describedby={`hint-${key}`}
        onInput={(event) => changeSetting(key, values[event.currentTarget.valueAsNumber]!)}
      />
      <p class="hint" id={`hint-${key}`}>
        {hint}
      </p>
      <button type="button" class="quiet" disabled={value === initial} onClick={() => changeSetting(key, initial)}>
        Reset to {initial}
        <span class="unseen">, {label}</span>
      </button>
    </div>
  );
}

function TestPoints() {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={showsTestPoints.value}
        onChange={(event) => {
          showsTestPoints.value = event.currentTarget.checked;
        }}
      />
      Show the new points in the pictures, as hollow marks
    </label>
  );
}

export function SettingsForm() {
  const { lesson, settings } = place.value;
  return (
    <section class="settings">
      <h2>Change it</h2>
      <div class="sliders">
        {lesson.settings
          .filter(({ key }) => key !== 'bug')
          .map((setting) => (
            <Slider key={setting.key} setting={setting} value={settings[setting.key]!} />
          ))}
      </div>
      {lesson.kind === 'compare' && <TestPoints />}
    </section>
  );
}
