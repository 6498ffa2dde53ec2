// Whether pictures show the rows that nothing trains on.

import type { ComponentChildren } from 'preact';
import { showsTestPoints } from '../state.ts';

export function TestPoints({ children }: { children: ComponentChildren }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={showsTestPoints.value}
        onChange={(event) => {
          showsTestPoints.value = event.currentTarget.checked;
        }}
      />
      {children}
    </label>
  );
}
