// The layers of a run: one line each, the output last.

import { bench } from '../../state.ts';
import { withLayer, withoutLayer } from '../../workbench/document.ts';
import { layerFields, outputFields } from '../../workbench/fields.ts';
import { GivenIn } from './given.tsx';
import { Fields, type FormProps } from './settings.tsx';

/** With more, painting what each unit computes holds the page for longer than 50 ms. A link may bring more. */
const MOST_LAYERS = 16;

export function Layers({ form }: { form: FormProps }) {
  const layers = form.document.layers as readonly unknown[];
  const last = layers.length - 1;
  return (
    <>
      {layers.slice(0, last).map((_, l) => (
        <fieldset class="layer" key={l}>
          <legend>
            Layer {l + 1}
            <button type="button" class="quiet" onClick={() => bench.update((draft) => withoutLayer(draft, l))}>
              Remove<span class="unseen"> layer {l + 1}</span>
            </button>
          </legend>
          <Fields fields={layerFields(l)} form={form} />
          <GivenIn form={form} within={new RegExp(`^layers\\[${l}\\]`)} />
        </fieldset>
      ))}
      <button type="button" disabled={layers.length >= MOST_LAYERS} onClick={() => bench.update(withLayer)}>
        Add a layer
      </button>
      {layers.length >= MOST_LAYERS && (
        <p class="hint">The form stops at {MOST_LAYERS} layers, so that the picture of the units can keep up.</p>
      )}
      <fieldset class="layer">
        <legend>Output</legend>
        <Fields fields={outputFields(last)} form={form} />
      </fieldset>
    </>
  );
}
