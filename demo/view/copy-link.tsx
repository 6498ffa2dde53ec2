// The address of what is on the page, for someone else.

import { useSignal } from '@preact/signals';
import { filesOf, type Place, writeLink } from '../link.ts';
import { where } from '../state.ts';
import { count } from './format.ts';

/** Some programs cut addresses that are longer. */
const LONG = 2000;

const SHOWN_MS = 8000;
let later: ReturnType<typeof setTimeout> | undefined;

/** What came of it, in words. */
export async function copy(text: string, done: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return done;
  } catch {
    return 'The browser does not let the page copy. Select the text and copy it by hand.';
  }
}

function filesIn(place: Place): readonly string[] {
  if (place.page === 'workbench') return filesOf(place.runs);
  if (place.page === 'landscape') return filesOf([place.run]);
  return place.lesson.kind === 'compare' && place.lesson.needsFile ? ['Your file'] : [];
}

function confirmation(place: Place, link: string): string {
  const files = filesIn(place);
  return [
    'Link copied.',
    ...(files.length > 0 ? [`${files.join(', ')} is not in it: send the file too.`] : []),
    ...(link.length > LONG ? [`It has ${count(link.length)} characters; some programs cut links that long.`] : []),
  ].join(' ');
}

export function CopyLink() {
  const said = useSignal('');
  const press = async () => {
    const place = where.value;
    const link = new URL(writeLink(place), location.href).href;
    said.value = '';
    said.value = await copy(link, confirmation(place, link));
    clearTimeout(later);
    later = setTimeout(() => {
      said.value = '';
    }, SHOWN_MS);
  };
  return (
    <div class="copy-link">
      <span class="said-link" role="status">
        {said.value}
      </span>
      <button type="button" class="compact" onClick={press}>
        Copy link
      </button>
    </div>
  );
}
