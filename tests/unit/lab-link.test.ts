// The lab's addresses: what is on the page goes into the link and comes back.
import { expect, test } from 'vitest';
import { lessons } from '../../demo/lessons/index.ts';
import { initialSettings } from '../../demo/lessons/lesson.ts';
import { type Place, readLink, writeLink } from '../../demo/link.ts';
import { validate } from '../../src/index.ts';

test.each(lessons.map((lesson) => [lesson.id, lesson] as const))(
  '%s: every setting comes back from its link',
  (_, lesson) => {
    for (const pick of [0, -1]) {
      const settings = Object.fromEntries(lesson.settings.map(({ key, values }) => [key, values.at(pick)!]));
      const place: Place = { lesson, settings, backend: 'cpu' };
      expect(readLink(writeLink(place))).toEqual({ ...place, problem: null });
    }
  },
);

test('initial settings are left out of the link', () => {
  const lesson = lessons[0]!;
  expect(writeLink({ lesson, settings: initialSettings(lesson), backend: 'auto' })).toBe('#1/initialization');
});

test('what cannot be read is named, and the rest is kept', () => {
  const { settings, problem } = readLink('#1/regularization?l2=2&dropRate=9&x=1');
  expect(settings.l2).toBe(2);
  expect(settings.dropRate).toBe(0.14);
  expect(problem).toMatch(/Drop rate “9” is not between 0 and 0.6; “x=1” means nothing here/);
});

test('every lesson with documents makes valid ones at both ends of its sliders', () => {
  for (const lesson of lessons) {
    if (lesson.kind === 'check' || (lesson.kind === 'compare' && lesson.needsFile)) continue;
    for (const pick of [0, -1]) {
      const settings = Object.fromEntries(lesson.settings.map(({ key, values }) => [key, values.at(pick)!]));
      expect(() => validate(lesson.base(settings)), `${lesson.id} ${JSON.stringify(settings)}`).not.toThrow();
    }
  }
});
