// The address of what is on the page: #1/lesson?setting=value&… . Settings at their initial value are left out.

import { type Lesson, lessonById, lessons } from './lessons/index.ts';
import { initialSettings, type Settings } from './lessons/lesson.ts';
import type { BackendChoice } from './training/protocol.ts';

/** Goes up when old links would mean something else; then `readLink` keeps the old rules beside the new. */
const VERSION = '1';
const BACKENDS: readonly string[] = ['auto', 'webgpu', 'cpu'] satisfies BackendChoice[];

export interface Place {
  readonly lesson: Lesson;
  readonly settings: Settings;
  readonly backend: BackendChoice;
}

export interface ReadPlace extends Place {
  /** What could not be read, in words for the person who followed the link. */
  readonly problem: string | null;
}

export function writeLink({ lesson, settings, backend }: Place): string {
  const query = new URLSearchParams();
  for (const { key, initial } of lesson.settings) {
    if (settings[key] !== initial) query.set(key, String(settings[key]));
  }
  if (backend !== 'auto') query.set('backend', backend);
  const tail = query.size > 0 ? `?${query}` : '';
  return `#${VERSION}/${lesson.id}${tail}`;
}

export function readLink(hash: string): ReadPlace {
  const first = lessons[0]!;
  const start: ReadPlace = { lesson: first, settings: initialSettings(first), backend: 'auto', problem: null };
  if (hash === '' || hash === '#') return start;
  const parts = /^#([^/]*)\/([^?]*)\??(.*)$/.exec(hash);
  if (!parts) return { ...start, problem: 'This link is not one of the lab’s. You see its first lesson instead.' };
  const [, version, id = '', query = ''] = parts;
  if (version !== VERSION) {
    return {
      ...start,
      problem: `This link is of version “${version}”, which this lab cannot read. Ask for a new link.`,
    };
  }
  const lesson = lessonById(id);
  if (!lesson) {
    const known = lessons.map((each) => each.id).join(', ');
    return { ...start, problem: `There is no lesson “${id}”. There are: ${known}.` };
  }
  return readQuery(lesson, new URLSearchParams(query));
}

function readQuery(lesson: Lesson, query: URLSearchParams): ReadPlace {
  const problems: string[] = [];
  const settings: Record<string, number> = { ...initialSettings(lesson) };
  let backend: BackendChoice = 'auto';
  for (const [key, text] of query) {
    const setting = lesson.settings.find((each) => each.key === key);
    const value = Number(text);
    if (key === 'backend' && BACKENDS.includes(text)) backend = text as BackendChoice;
    else if (!setting) problems.push(`“${key}=${text}” means nothing here`);
    else if (text.trim() === '' || !(value >= setting.values[0]! && value <= setting.values.at(-1)!)) {
      problems.push(`${setting.label} “${text}” is not between ${setting.values[0]} and ${setting.values.at(-1)}`);
    } else settings[key] = nearest(value, setting.values);
  }
  const problem = problems.length > 0 ? `Part of this link was left out: ${problems.join('; ')}.` : null;
  return { lesson, settings, backend, problem };
}

/** The slider stop that is closest. */
function nearest(value: number, values: readonly number[]): number {
  return values.reduce((best, each) => (Math.abs(each - value) < Math.abs(best - value) ? each : best));
}
