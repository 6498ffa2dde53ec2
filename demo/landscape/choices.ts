// What a person may choose on the landscape's page, and the words of its link.

import type { ModelPatch, Run } from '../../src/index.ts';

export const CHOICES = {
  /** What the second network does differently. */
  against: ['l2', 'optimizer', 'start'],
  /** Two random directions around the end, or the plane nearest to the path. */
  plane: ['around', 'along'],
  /** In 3-D, or a map of contours. */
  view: ['solid', 'map'],
} as const;

export type Choices = { readonly [Key in keyof typeof CHOICES]: (typeof CHOICES)[Key][number] };

export const FIRST_CHOICES: Choices = { against: 'l2', plane: 'around', view: 'solid' };

export interface Network {
  readonly label: string;
  readonly patch: ModelPatch;
}

const L2 = 1;
const ADAM = { name: 'adam', learningRate: 0.01 } as const;
const MOMENTUM = { name: 'momentum', learningRate: 0.1 } as const;
const WIDE_START = { scheme: 'normal', scale: 3 } as const;

/** The same network with one thing changed: what it lacks, or without what it has. */
export function rivalOf(run: Run, against: Choices['against']): Network {
  switch (against) {
    case 'l2':
      return run.l2 ? { label: 'Without L2', patch: { l2: 0 } } : { label: `With L2, λ = ${L2}`, patch: { l2: L2 } };
    case 'optimizer':
      return run.optimizer?.name === 'adam'
        ? { label: 'With momentum', patch: { optimizer: MOMENTUM } }
        : { label: 'With Adam', patch: { optimizer: ADAM } };
    case 'start':
      return run.init?.scheme === 'normal'
        ? { label: 'With He’s start', patch: { init: { scheme: 'heNormal' } } }
        : { label: 'With a start too wide', patch: { init: WIDE_START } };
    default:
      return against satisfies never;
  }
}

/** The two that stand side by side. */
export const networksOf = (run: Run, against: Choices['against']): readonly [Network, Network] => [
  { label: 'This network', patch: {} },
  rivalOf(run, against),
];

/** The words of the link: `key=value` for each choice that is not the first. */
export function writeChoices(choices: Choices): string[] {
  return keys.filter((key) => choices[key] !== FIRST_CHOICES[key]).map((key) => `${key}=${choices[key]}`);
}

const keys = Object.keys(CHOICES) as (keyof Choices)[];

/** Takes the choices out of a link's words. */
export function readChoices(words: readonly (readonly [string, string])[]): {
  choices: Choices;
  rest: [string, string][];
} {
  const isChoice = ([key, text]: readonly [string, string]) =>
    Object.hasOwn(CHOICES, key) && (CHOICES[key as keyof Choices] as readonly string[]).includes(text);
  const chosen = Object.fromEntries(words.filter(isChoice)) as Partial<Choices>;
  const rest = words.filter((each) => !isChoice(each)).map(([key, text]): [string, string] => [key, text]);
  return { choices: { ...FIRST_CHOICES, ...chosen }, rest };
}
