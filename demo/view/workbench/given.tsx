// What a document writes out number by number: that it is kept, and the way to drop it.

import { bench } from '../../state.ts';
import { dropped, givenIn } from '../../workbench/given.ts';
import { count } from '../format.ts';
import { type FormProps, Message } from './settings.tsx';

export function GivenIn({ form, within }: { form: FormProps; within: RegExp }) {
  return givenIn(form.document)
    .filter(({ path }) => within.test(path))
    .map((part) => (
      <div key={part.path} class="given" data-given={part.path}>
        <p class="hint">
          {part.what}: given by the document, {count(part.numbers)} numbers.
        </p>
        <button type="button" onClick={() => bench.update((draft) => dropped(draft, part, form.run))}>
          Drop them
        </button>
        <Message form={form} within={new RegExp(`^${part.path.replace(/[[\].]/g, '\\$&')}`)} />
      </div>
    ));
}
