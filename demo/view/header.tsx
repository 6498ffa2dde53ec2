// The name of the lab and the way between its lessons.

import { useEffect, useRef } from 'preact/hooks';
import { lessons } from '../lessons/index.ts';
import { landscapePlace, lessonPlace, writeLink } from '../link.ts';
import { benchPlace, place, where } from '../state.ts';
import { CopyLink } from './copy-link.tsx';

/** Brings the page that is shown into the row, where the row is longer than the screen is wide. */
function showCurrent(nav: HTMLElement): void {
  const here = nav.querySelector<HTMLElement>('[aria-current]');
  if (here) nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
}

/** On the workbench it leads nowhere: writing its link anew for every point that is drawn would take too long. */
function BenchLink() {
  const { page, backend } = where.value;
  const isHere = page === 'workbench';
  return (
    <a
      href={isHere ? location.hash : writeLink({ ...benchPlace.value, backend })}
      aria-current={isHere ? 'page' : undefined}
      onClick={(event) => isHere && event.preventDefault()}
    >
      Workbench
    </a>
  );
}

export function Header() {
  const { page, backend } = where.value;
  const { lesson: current } = place.value;
  const nav = useRef<HTMLElement>(null);
  useEffect(() => showCurrent(nav.current!), [page, current]);
  return (
    <header>
      {/* Not a bare #: to who looks for skip links, pages begin with the first link that is none. */}
      <a class="brand" href={`./${writeLink(lessonPlace(lessons[0]!, backend))}`}>
        Basin <span>lab</span>
      </a>
      <nav ref={nav} aria-label="Lessons">
        {lessons.map((lesson) => (
          <a
            key={lesson.id}
            href={writeLink(lessonPlace(lesson, backend))}
            aria-current={page === 'lesson' && lesson === current ? 'page' : undefined}
          >
            {lesson.title}
          </a>
        ))}
        <BenchLink />
        <a
          href={writeLink(landscapePlace(undefined, backend))}
          aria-current={page === 'landscape' ? 'page' : undefined}
        >
          Landscape
        </a>
      </nav>
      <CopyLink />
    </header>
  );
}
