// The address of what is on the page. Nothing is kept anywhere else, so it survives a reload and can be sent.
//
//   #1/regularization?l2=2&backend=cpu      a lesson; settings at their initial value are left out
//   #1/workbench?run=spirals/adam&run=first~q1bKM…     runs side by side, as share/runs.ts writes them
//   #1/landscape?run=~q1bKM…&view=map       one run, and how its ground is looked at

import type { Run } from '../src/index.ts';
import { presets } from '../src/index.ts';
import { type Choices, FIRST_CHOICES, readChoices, writeChoices } from './landscape/choices.ts';
import { type Lesson, lessonById, lessons } from './lessons/index.ts';
import { initialSettings, type Settings } from './lessons/lesson.ts';
import { readRuns, writeRuns } from './share/runs.ts';
import type { BackendChoice } from './training/protocol.ts';

/** Goes up when old links would mean something else; then `readLink` keeps the old rules beside the new. */
const VERSION = '1';
const BACKENDS: readonly string[] = ['auto', 'webgpu', 'cpu'] satisfies BackendChoice[];
/** More runs than this do not stand side by side. */
export const MOST_RUNS = 6;
const RUN_PAGES: readonly string[] = ['workbench', 'landscape'] satisfies Place['page'][];

export interface LessonPlace {
  readonly page: 'lesson';
  readonly lesson: Lesson;
  readonly settings: Settings;
  readonly backend: BackendChoice;
}

/** Runs side by side, at least one. */
export interface WorkbenchPlace {
  readonly page: 'workbench';
  readonly runs: readonly Run[];
  readonly backend: BackendChoice;
}

export interface LandscapePlace {
  readonly page: 'landscape';
  readonly run: Run;
  readonly choices: Choices;
  readonly backend: BackendChoice;
}

export type Place = LessonPlace | WorkbenchPlace | LandscapePlace;

/** Do these two places differ only in how the same runs are shown? */
export function differsInLook(before: Place, after: Place): boolean {
  if (before.backend !== after.backend) return false;
  if (before.page === 'landscape' && after.page === 'landscape') {
    const [one, other] = [before.choices, after.choices];
    return one !== other && before.run === after.run && one.against === other.against;
  }
  if (before.page !== 'lesson' || after.page !== 'lesson' || before.lesson !== after.lesson) return false;
  const [one, other] = [before.settings, after.settings];
  return one !== other && after.lesson.settings.every(({ key, look }) => look || one[key] === other[key]);
}

export interface ReadLink {
  readonly place: Place;
  /** What could not be read, in words for the person who followed the link. */
  readonly problem: string | null;
}

/** A lesson as it begins. */
export function lessonPlace(lesson: Lesson, backend: BackendChoice = 'auto'): LessonPlace {
  return { page: 'lesson', lesson, settings: initialSettings(lesson), backend };
}

/** The landscape of a run, as it begins; without one, of the run that the page begins with. */
export function landscapePlace(
  run: Run = presets[FIRST_RUNS.landscape]!,
  backend: BackendChoice = 'auto',
): LandscapePlace {
  return { page: 'landscape', run, choices: FIRST_CHOICES, backend };
}

/** Files whose text the runs need; a link carries their names only. */
export function filesOf(runs: readonly Run[]): string[] {
  const names = runs.flatMap(({ data }) => ('csv' in data ? [data.csv, ...(data.testCsv ? [data.testCsv] : [])] : []));
  return [...new Set(names)];
}

// ---------------------------------------------------------------- writing

export function writeLink(place: Place): string {
  const query = place.page === 'lesson' ? settingsQuery(place) : runsOf(place).map((text) => `run=${text}`);
  if (place.page === 'landscape') query.push(...writeChoices(place.choices));
  if (place.backend !== 'auto') query.push(`backend=${place.backend}`);
  const path = place.page === 'lesson' ? place.lesson.id : place.page;
  return `#${VERSION}/${path}${query.length > 0 ? '?' : ''}${query.join('&')}`;
}

function settingsQuery({ lesson, settings }: LessonPlace): string[] {
  return lesson.settings
    .filter(({ key, initial }) => settings[key] !== initial)
    .map(({ key }) => `${key}=${settings[key]}`);
}

/** Nothing where the page shows what it begins with; seen without writing the run, since the first paint waits for this. */
function runsOf(place: WorkbenchPlace | LandscapePlace): string[] {
  const runs = place.page === 'workbench' ? place.runs : [place.run];
  const first = FIRST_RUNS[place.page];
  if (runs.length === 1 && runs[0] === presets[first]) return [];
  const texts = writeRuns(runs);
  return texts.length === 1 && texts[0] === first ? [] : texts;
}

// ---------------------------------------------------------------- reading

/** What these pages show before anyone chooses. */
const FIRST_RUNS = { workbench: 'start/circles', landscape: 'regularization/none' } as const;

/** @param hasFile is a file of this name at hand? Links carry names only. */
export function readLink(hash: string, hasFile: (name: string) => boolean = () => false): ReadLink {
  const start = lessonPlace(lessons[0]!);
  if (hash === '' || hash === '#') return { place: start, problem: null };
  const parts = /^#([^/]*)\/([^?]*)\??(.*)$/.exec(hash);
  if (!parts) {
    return { place: start, problem: 'This link is not one of the lab’s. You see its first lesson instead.' };
  }
  const [, version, id = '', text = ''] = parts;
  if (version !== VERSION) {
    const problem = `This link is of version “${version}”, which this lab cannot read. Ask for a new link.`;
    return { place: start, problem };
  }
  const query = new URLSearchParams(text);
  if (RUN_PAGES.includes(id)) return readRunPlace(id as 'workbench' | 'landscape', query, hasFile);
  const lesson = lessonById(id);
  if (lesson) return readLesson(lesson, query);
  const known = [...lessons.map((each) => each.id), ...RUN_PAGES].join(', ');
  return { place: start, problem: `There is no page “${id}”. There are: ${known}.` };
}

function readLesson(lesson: Lesson, query: URLSearchParams): ReadLink {
  const problems: string[] = [];
  const settings: Record<string, number> = { ...initialSettings(lesson) };
  const { backend, rest } = readBackend(query);
  for (const [key, text] of rest) {
    const setting = lesson.settings.find((each) => each.key === key);
    const value = Number(text);
    if (!setting) problems.push(nothing(key, text));
    else if (text.trim() === '' || !(value >= setting.values[0]! && value <= setting.values.at(-1)!)) {
      problems.push(`${setting.label} “${text}” is not between ${setting.values[0]} and ${setting.values.at(-1)}`);
    } else settings[key] = nearest(value, setting.values);
  }
  const problem = problems.length > 0 ? `Part of this link was left out: ${problems.join('; ')}.` : null;
  return { place: { page: 'lesson', lesson, settings, backend }, problem };
}

function readRunPlace(
  page: 'workbench' | 'landscape',
  query: URLSearchParams,
  hasFile: (name: string) => boolean,
): ReadLink {
  const { backend, rest: words } = readBackend(query);
  const { choices, rest } = page === 'landscape' ? readChoices(words) : { choices: FIRST_CHOICES, rest: words };
  const most = page === 'workbench' ? MOST_RUNS : 1;
  const texts = rest.filter(([key]) => key === 'run').map(([, text]) => text);
  const { runs, problems } = readRuns(texts.slice(0, most));
  const others = rest.filter(([key]) => key !== 'run').map(([key, text]) => `Left out: ${nothing(key, text)}.`);
  const all = [...problems, ...others];
  if (texts.length > most) all.push(`Left out: ${texts.length - most} more than the ${most} that fit on this page.`);
  const shown = runs.length > 0 ? runs : [presets[FIRST_RUNS[page]]!];
  const missing = filesOf(runs).filter((name) => !hasFile(name));
  if (missing.length > 0) all.push(`Links hold no files. Choose ${missing.join(' and ')} under “Data” to go on.`);
  if (runs.length === 0 && texts.length > 0) all.push('You see a first run instead.');
  const place: Place =
    page === 'workbench' ? { page, runs: shown, backend } : { page, run: shown[0]!, choices, backend };
  return { place, problem: all.length > 0 ? all.join(' ') : null };
}

function readBackend(query: URLSearchParams): { backend: BackendChoice; rest: [string, string][] } {
  const entries = [...query];
  const isBackend = ([key, text]: [string, string]) => key === 'backend' && BACKENDS.includes(text);
  const backend = (entries.findLast(isBackend)?.[1] ?? 'auto') as BackendChoice;
  return { backend, rest: entries.filter((each) => !isBackend(each)) };
}

const nothing = (key: string, text: string) => `“${key}=${text}” means nothing here`;

/** The slider stop that is closest. */
function nearest(value: number, values: readonly number[]): number {
  return values.reduce((best, each) => (Math.abs(each - value) < Math.abs(best - value) ? each : best));
}
