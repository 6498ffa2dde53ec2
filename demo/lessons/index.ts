// All lessons, in the order in which they are shown.

import { initialization } from './initialization.ts';
import type { CompareLesson } from './lesson.ts';
import { optimizers } from './optimizers.ts';
import { regularization } from './regularization.ts';
import { type TuningLesson, tuning } from './tuning.ts';

export type Lesson = CompareLesson | TuningLesson;

export const lessons: readonly Lesson[] = [initialization, regularization, optimizers, tuning];

export function lessonById(id: string): Lesson | undefined {
  return lessons.find((lesson) => lesson.id === id);
}
