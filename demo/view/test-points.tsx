// Whether pictures show the rows that nothing trains on.

import type { ComponentChildren } from 'preact';
import { showsTestPoints, showTestPoints } from '../state.ts';

export function TestPoints({ children }: { children: ComponentChildren }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={showsTestPoints.value}
        onChange={(event) => showTestPoints(event.currentTarget.checked)}
      />
      {children}
    </label>
  );
}
