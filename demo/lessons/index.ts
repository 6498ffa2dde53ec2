// All lessons, in the order in which they are shown.

import { initialization } from './initialization.ts';
import type { Lesson } from './lesson.ts';
import { regularization } from './regularization.ts';

export const lessons: readonly Lesson[] = [initialization, regularization];

export function lessonById(id: string): Lesson | undefined {
  return lessons.find((lesson) => lesson.id === id);
}
