// The name of the lab and the way between its lessons.

import { lessons } from '../lessons/index.ts';
import { initialSettings } from '../lessons/lesson.ts';
import { writeLink } from '../link.ts';
import { place } from '../state.ts';

export function Header() {
  const { lesson: current, backend } = place.value;
  return (
    <header>
      <a class="brand" href={writeLink({ lesson: lessons[0]!, settings: initialSettings(lessons[0]!), backend })}>
        Basin <span>lab</span>
      </a>
      <nav aria-label="Lessons">
        {lessons.map((lesson) => (
          <a
            key={lesson.id}
            href={writeLink({ lesson, settings: initialSettings(lesson), backend })}
            aria-current={lesson === current ? 'page' : undefined}
          >
            {lesson.title}
          </a>
        ))}
      </nav>
    </header>
  );
}
