// What leaves the page: a network's weights, its run and result, curves and pictures, and the same run as a program.

import { computed, effect, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { toJson, toKeras, toPyTorch } from '../../src/index.ts';
import { curveCsv } from '../share/curve-csv.ts';
import { boundarySvg, curvesSvg } from '../share/pictures.ts';
import type { Training } from '../training/training.ts';
import { colour } from './colours.ts';
import { copy } from './copy-link.tsx';
import { pngOf, save } from './save.ts';

/** A network on the page. */
export interface Choice {
  readonly label: string;
  readonly training: Training;
  /** Its number in the training. */
  readonly model: number;
}

const PROGRAMS = [
  { framework: 'PyTorch', write: toPyTorch },
  { framework: 'Keras', write: toKeras },
];

/** "Large random" → "large-random". */
const slug = (label: string) =>
  label
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '') || 'network';

// ---------------------------------------------------------------- pictures

function boundaryOf({ label, training, model }: Choice): string | null {
  const view = training.opened.value?.view;
  const grid = training.frame.value?.grids[model];
  if (!view || !grid || grid.length % (view.columns * view.rows) !== 0) return null;
  const { train, test } = training.opened.value!;
  return boundarySvg({ title: `Decision boundary: ${label}`, view, grid, train, test }, colour);
}

function curvesOf({ label, training, model }: Choice): string {
  const points = training.points.value;
  const sets = [
    { set: 'train', label: 'loss, training points', colour: '--train' },
    { set: 'validation', label: 'held-out points', colour: '--line-3', dash: '2 4' },
    { set: 'test', label: 'new points', colour: '--test', dash: '6 4' },
  ] as const;
  const shown = sets.filter(({ set }) => points[0]?.scores[model]?.[set]);
  const lines = shown.map(({ set, ...line }) => ({
    ...line,
    values: points.map(({ scores }) => scores[model]?.[set]?.loss ?? Number.NaN),
  }));
  return curvesSvg({ title: `Loss by step: ${label}`, steps: points.map(({ steps }) => steps[model]!), lines }, colour);
}

// ---------------------------------------------------------------- buttons

interface FileButtonProps {
  /** What is in the file, for those who do not see the row. */
  readonly what: string;
  readonly kind: string;
  readonly disabled?: boolean;
  onClick(): unknown;
}

function FileButton({ what, kind, disabled = false, onClick }: FileButtonProps) {
  return (
    <button type="button" class="compact" disabled={disabled} onClick={onClick}>
      <span class="unseen">{what}, </span>
      {kind}
    </button>
  );
}

function Row({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt class="file-kind">{name}</dt>
      <dd class="file-buttons">{children}</dd>
    </div>
  );
}

interface FilesProps {
  readonly choice: Choice;
  say(words: string): void;
}

function Files({ choice, say }: FilesProps) {
  const { label, training, model } = choice;
  const name = slug(label);
  // Not the frames themselves: they come many times a second.
  const hasCurve = useMemo(() => computed(() => training.points.value.length > 1), [training]);
  const hasField = useMemo(() => computed(() => training.opened.value?.view != null), [training]);
  const keep = (file: string, content: BlobPart, type: string) => {
    save(file, content, type);
    say(`${file} is in your downloads.`);
  };
  const taken = () => training.take(model);
  const weights = async () => {
    const { weights } = await taken();
    if (weights) keep(`${name}.safetensors`, weights as Uint8Array<ArrayBuffer>, 'application/octet-stream');
    else say('There is no file: training diverged, and the weights are not finite.');
  };
  const json = (file: string, text: string) => keep(`${name}-${file}.json`, text, 'application/json');
  const picture = async (file: string, svg: string | null, kind: 'PNG' | 'SVG') => {
    if (svg === null) return;
    if (kind === 'SVG') keep(`${name}-${file}.svg`, svg, 'image/svg+xml');
    else keep(`${name}-${file}.png`, await pngOf(svg), 'image/png');
  };
  return (
    <dl class="files">
      <Row name="Weights">
        <FileButton what="Weights" kind="safetensors" onClick={weights} />
      </Row>
      <Row name="Run">
        <FileButton
          what="Run"
          kind="document, JSON"
          onClick={async () => json('run', `${toJson((await taken()).run, 2)}\n`)}
        />
        <FileButton what="Run" kind="result, JSON" onClick={async () => json('result', (await taken()).result)} />
      </Row>
      <Row name="Curves">
        <FileButton
          what="Curves"
          kind="CSV"
          disabled={!hasCurve.value}
          onClick={() => keep(`${name}-curves.csv`, curveCsv(training.points.value, model), 'text/csv')}
        />
        {(['PNG', 'SVG'] as const).map((kind) => (
          <FileButton
            key={kind}
            what="Curves"
            kind={kind}
            disabled={!hasCurve.value}
            onClick={() => picture('curves', curvesOf(choice), kind)}
          />
        ))}
      </Row>
      {hasField.value && (
        <Row name="Boundary">
          {(['PNG', 'SVG'] as const).map((kind) => (
            <FileButton
              key={kind}
              what="Boundary"
              kind={kind}
              onClick={() => picture('boundary', boundaryOf(choice), kind)}
            />
          ))}
        </Row>
      )}
      <Row name="Data">
        <FileButton
          what="Data"
          kind="rows, CSV"
          onClick={async () => keep('rows.csv', (await taken()).rows, 'text/csv')}
        />
      </Row>
    </dl>
  );
}

// ---------------------------------------------------------------- programs

/** The program is written when somebody wants to see it. */
function Program({ choice, framework, write, say }: FilesProps & (typeof PROGRAMS)[number]) {
  const isOpen = useSignal(false);
  const text = useSignal<string | null>(null);
  const { training, model, label } = choice;
  useEffect(
    () =>
      effect(() => {
        training.opened.value; // other runs: another program
        text.value = null;
        if (!isOpen.value) return;
        training.take(model).then(({ run }) => {
          text.value = write({ ...run, name: label });
        });
      }),
    [training, model, label],
  );
  const file = `${slug(label).replaceAll('-', '_')}_${framework.toLowerCase()}.py`;
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>The same in {framework}</summary>
      {text.value !== null && (
        <>
          <div class="controls-row">
            <button
              type="button"
              class="compact"
              onClick={async () => say(await copy(text.value!, 'The program is copied.'))}
            >
              Copy<span class="unseen"> the {framework} program</span>
            </button>
            <button
              type="button"
              class="compact"
              onClick={() => {
                save(file, text.value!, 'text/x-python');
                say(`${file} is in your downloads. It reads rows.csv, which is under “Data”.`);
              }}
            >
              {file}
            </button>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre class="program" tabIndex={0}>
            <code>{text.value}</code>
          </pre>
        </>
      )}
    </details>
  );
}

// ---------------------------------------------------------------- all of it

export function TakeAway({ choices }: { choices: readonly Choice[] }) {
  const chosen = useSignal(0);
  const said = useSignal('');
  const training = choices[0]?.training;
  const isReady = useMemo(() => computed(() => training?.frame.value != null), [training]);
  useEffect(() => {
    if (chosen.value >= choices.length) chosen.value = 0;
  }, [choices.length]);
  const choice = choices[Math.min(chosen.value, choices.length - 1)];
  if (!choice || !isReady.value) return null;
  const say = (words: string) => {
    said.value = words;
  };
  return (
    <section class="take-away" aria-labelledby="take-away-title">
      <h2 id="take-away-title">Take it away</h2>
      {choices.length > 1 && (
        <label class="of-network">
          Of the network{' '}
          <select
            value={chosen.value}
            onChange={(event) => {
              chosen.value = Number(event.currentTarget.value);
            }}
          >
            {choices.map(({ label }, i) => (
              <option key={i} value={i}>
                {label}
              </option>
            ))}
          </select>
        </label>
      )}
      <Files choice={choice} say={say} />
      {PROGRAMS.map((program) => (
        <Program key={`${program.framework} ${choice.label}`} {...program} choice={choice} say={say} />
      ))}
      <p class="hint said" role="status">
        {said.value}
      </p>
    </section>
  );
}
