// All lessons, in the order in which they are shown.

import { initialization } from './initialization.ts';
import type { Lesson } from './lesson.ts';
import { optimizers } from './optimizers.ts';
import { regularization } from './regularization.ts';

export const lessons: readonly Lesson[] = [initialization, regularization, optimizers];

export function lessonById(id: string): Lesson | undefined {
  return lessons.find((lesson) => lesson.id === id);
}
