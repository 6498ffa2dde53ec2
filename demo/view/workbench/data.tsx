// What a run learns from: a built-in set, points drawn by hand, or a file.

import { useState } from 'preact/hooks';
import { BUILT_IN, type BuiltInDataName, type Data } from '../../../src/index.ts';
import { dataOf, type OwnFile, obstacle, ownFile } from '../../lessons/own-data.ts';
import { bench } from '../../state.ts';
import { withData } from '../../workbench/document.ts';
import { dataFields } from '../../workbench/fields.ts';
import { drawnFrom, isDrawable } from '../../workbench/points.ts';
import { OwnFileBox } from '../own-file.tsx';
import { Tools } from './draw.tsx';
import { Fields, type FormProps, Message } from './settings.tsx';

type Kind = BuiltInDataName | 'drawn' | 'csv';

function kindOf(data: Data): Kind {
  if ('name' in data) return data.name;
  return 'csv' in data ? 'csv' : 'drawn';
}

function takeFile(file: OwnFile): void {
  if (obstacle(file) === null) bench.update((draft) => withData(draft, dataOf(file), file.classes));
}

/** The points on the screen, to draw on. */
function takePoints(): void {
  const opened = bench.chosen.value?.training.opened.value;
  const view = (opened?.classes === 2 && opened.view) || null;
  bench.plane.value = view;
  const data = view && opened ? drawnFrom(opened.train, opened.test) : drawnFrom(null, null);
  bench.update((draft) => withData(draft, data, 2));
}

export function DataChoice({ form }: { form: FormProps }) {
  const data = form.document.data as Data;
  const [wantsFile, setWantsFile] = useState(false);
  const kind = wantsFile ? 'csv' : kindOf(data);
  const choose = (next: Kind) => {
    setWantsFile(next === 'csv' && ownFile.value === null);
    if (next === 'drawn') takePoints();
    else if (next !== 'csv') bench.update((draft) => withData(draft, { name: next }, BUILT_IN[next].classes));
    else if (ownFile.value) takeFile(ownFile.value);
  };
  const accept = (file: OwnFile) => {
    setWantsFile(false);
    takeFile(file);
  };
  return (
    <>
      <label class="data-kind">
        Learn from{' '}
        <select value={kind} onChange={(event) => choose(event.currentTarget.value as Kind)}>
          <optgroup label="Built in">
            {Object.entries(BUILT_IN).map(([name, { inputs, classes }]) => (
              <option key={name} value={name}>
                {`${name}: ${inputs} inputs, ${classes} classes`}
              </option>
            ))}
          </optgroup>
          <optgroup label="Your own">
            <option value="drawn">points that you draw</option>
            <option value="csv">a CSV file</option>
          </optgroup>
        </select>
      </label>
      {kind === 'csv' && <OwnFileBox onAccept={accept} />}
      {kind === 'drawn' && isDrawable(data) && <Tools data={data} />}
      <Message form={form} within={/^data(\.(name|csv|label|x|y|testX|testY|testCsv).*)?$/} />
      {kind !== 'csv' || 'csv' in data ? <Fields fields={dataFields(form.run)} form={form} /> : null}
    </>
  );
}
