// All lessons, in the order in which they are shown.

import { type CheckLesson, gradientChecking } from './gradient-checking.ts';
import { initialization } from './initialization.ts';
import type { CompareLesson } from './lesson.ts';
import { optimizers } from './optimizers.ts';
import { ownData } from './own-data.ts';
import { regularization } from './regularization.ts';
import { type TuningLesson, tuning } from './tuning.ts';

export type Lesson = CompareLesson | TuningLesson | CheckLesson;

export const lessons: readonly Lesson[] = [
  initialization,
  regularization,
  optimizers,
  tuning,
  gradientChecking,
  ownData,
];

export function lessonById(id: string): Lesson | undefined {
  return lessons.find((lesson) => lesson.id === id);
}
