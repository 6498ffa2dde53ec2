// Sliders. A change begins the runs again.

import type { Setting } from '../lessons/lesson.ts';
import { changeSetting, place } from '../state.ts';
import { TestPoints } from './test-points.tsx';

function Slider({ setting, value }: { setting: Setting; value: number }) {
  const { key, label, hint, values, initial, text = String } = setting;
  return (
    <div class="slider">
      <label for={`setting-${key}`}>{label}</label>
      <button type="button" class="quiet" disabled={value === initial} onClick={() => changeSetting(key, initial)}>
        Reset
        <span class="unseen">
          {label} to {text(initial)}
        </span>
      </button>
      <output for={`setting-${key}`}>{text(value)}</output>
      <input
        id={`setting-${key}`}
        type="range"
        min={0}
        max={values.length - 1}
        value={values.indexOf(value)}
        aria-valuetext={text(value)}
        aria-describedby={`hint-${key}`}
        onInput={(event) => changeSetting(key, values[event.currentTarget.valueAsNumber]!)}
      />
      <p class="hint" id={`hint-${key}`}>
        {hint}
      </p>
    </div>
  );
}

/** A setting that is 0 or 1. */
function Switch({ setting, value }: { setting: Setting; value: number }) {
  const { key, label, hint } = setting;
  return (
    <div>
      <label class="check">
        <input
          type="checkbox"
          checked={value === 1}
          aria-describedby={`hint-${key}`}
          onChange={(event) => changeSetting(key, event.currentTarget.checked ? 1 : 0)}
        />
        {label}
      </label>
      <p class="hint" id={`hint-${key}`}>
        {hint}
      </p>
    </div>
  );
}

function Control(props: { setting: Setting; value: number }) {
  const { values } = props.setting;
  return values.length === 2 && values[0] === 0 && values[1] === 1 ? <Switch {...props} /> : <Slider {...props} />;
}

export function SettingsForm() {
  const { lesson, settings } = place.value;
  return (
    <section class="settings">
      <h2>Change it</h2>
      <div class="sliders">
        {lesson.settings
          .filter(({ hidden }) => !hidden)
          .map((setting) => (
            <Control key={setting.key} setting={setting} value={settings[setting.key]!} />
          ))}
      </div>
      {lesson.kind === 'compare' && <TestPoints>Show the new points in the pictures, as hollow marks</TestPoints>}
    </section>
  );
}
