// The form of a run document, in groups. Each group says in one line what it holds, and opens on a click.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CanonicalRun } from '../../../src/index.ts';
import { bench } from '../../state.ts';
import type { Slot } from '../../workbench/bench.ts';
import { dataWord } from '../../workbench/differences.ts';
import { countedIn, type Draft, defaultsOf, read, recordedIn } from '../../workbench/document.ts';
import {
  BATCH_SIZE,
  batchFields,
  CLIP_NORM,
  chanceFields,
  type Field,
  L2,
  LENGTHS,
  LOSS,
  OPTIMIZER,
  optimizerFields,
  RECORDS,
  scheduleFields,
  splitFields,
  startFields,
  stoppingFields,
  wordOf,
} from '../../workbench/fields.ts';
import { type Problem, saidAtField, saidOnPage } from '../../workbench/words.ts';
import { count, percent, setting } from '../format.ts';
import { DataChoice } from './data.tsx';
import { FieldRow } from './field.tsx';
import { GivenIn } from './given.tsx';
import { Layers } from './layers.tsx';

export interface FormProps {
  readonly document: Draft;
  /** The last valid form of it, with every default. */
  readonly run: CanonicalRun;
  readonly byDefault: (path: string) => unknown;
  readonly problem: Problem | null;
}

export function Fields({ fields, form }: { fields: readonly Field[]; form: FormProps }) {
  const { document, run, byDefault, problem } = form;
  return (
    <>
      {fields.map((field) => (
        <FieldRow
          key={field.path}
          field={field}
          value={read(document, field.path)}
          fallback={byDefault(field.path)}
          problem={problem?.path === field.path ? saidAtField(problem, run) : null}
          change={(value) => bench.edit(field.path, value)}
        />
      ))}
    </>
  );
}

/** What is wrong in a part of the document that has no field of its own. */
export function Message({ form, within }: { form: FormProps; within: RegExp }) {
  const { problem, run } = form;
  if (!problem || !within.test(problem.path)) return null;
  return <p class="notice">{saidOnPage(problem, run)}</p>;
}

interface GroupProps {
  readonly title: string;
  readonly summary: string;
  /** Opens it at first, and again when something in it is wrong; closing is left to people. */
  readonly isOpen?: boolean;
  readonly children: ComponentChildren;
}

function Group({ title, summary, isOpen = false, children }: GroupProps) {
  const [open, setOpen] = useState(isOpen);
  useEffect(() => {
    if (isOpen) setOpen(true);
  }, [isOpen]);
  return (
    <details class="group" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="group-title">{title}</span> <span class="group-summary">{summary}</span>
      </summary>
      <div class="group-body">{children}</div>
    </details>
  );
}

type Unit = 'steps' | 'epochs';

/** Steps or epochs: one of them is in the document. */
function Length({ form }: { form: FormProps }) {
  const { run } = form;
  const unit: Unit = 'epochs' in form.document ? 'epochs' : 'steps';
  return (
    <>
      <Fields fields={[LENGTHS[unit]]} form={form} />
      <label class="check">
        <input
          type="checkbox"
          checked={unit === 'epochs'}
          onChange={({ currentTarget: { checked } }) =>
            bench.update((draft) => countedIn(draft, checked ? 'epochs' : 'steps', run.steps ?? run.epochs!))
          }
        />
        Count epochs instead of steps
      </label>
    </>
  );
}

/** What the losses of a result are counted in, where the document says; it need not be the length's unit. */
function recordUnit({ record }: Draft): Unit | null {
  if (record === undefined) return null;
  return typeof record === 'object' ? 'epochs' : 'steps';
}

/** @param usual the unit that holds where the document leaves it out */
function Recording({ form, usual }: { form: FormProps; usual: Unit }) {
  const { document, run } = form;
  // Stays while the field is empty: who types a number anew means the same unit.
  const last = useRef(usual);
  last.current = recordUnit(document) ?? last.current;
  const unit = last.current;
  const every = typeof run.record === 'number' ? run.record : run.record.epochs;
  return (
    <>
      <Fields fields={[RECORDS[unit]]} form={form} />
      <label class="check">
        <input
          type="checkbox"
          checked={unit === 'epochs'}
          onChange={({ currentTarget: { checked } }) =>
            bench.update((draft) => recordedIn(draft, checked ? 'epochs' : 'steps', every))
          }
        />
        Record whole epochs
      </label>
    </>
  );
}

const dataSummary = ({ data }: CanonicalRun) =>
  'name' in data ? `${dataWord(data)}, ${count(data.rows)} rows` : dataWord(data);

const splitSummary = ({ data }: CanonicalRun) =>
  `${data.validationFraction === 0 ? 'none' : percent(data.validationFraction, 0)} held out, data seed ${data.seed}`;

const layersSummary = ({ layers }: CanonicalRun) => layers.map(({ units }) => units).join('–');

function lengthSummary({ batch, steps, epochs }: CanonicalRun): string {
  const size = batch.size === 'full' ? BATCH_SIZE.without : `${batch.size} rows`;
  return `${size}, ${steps === undefined ? `${count(epochs!)} epochs` : `${count(steps)} steps`}`;
}

function learningSummary({ optimizer: { name, learningRate, schedule } }: CanonicalRun): string {
  const falls = schedule.name === 'constant' ? '' : `, ${wordOf(schedule.name)}`;
  return `${wordOf(name)}, rate ${setting(learningRate)}${falls}`;
}

/** On a phone all groups are closed at first: their summaries say what is in them. */
const hasRoom = matchMedia('(min-width: 44rem)').matches;

function Groups({ form }: { form: FormProps }) {
  const { run, problem } = form;
  const { init, loss, l2, seed } = run;
  const usual: Unit = run.epochs === undefined ? 'steps' : 'epochs';
  const isHere = (pattern: RegExp) => problem !== null && pattern.test(problem.path);
  return (
    <>
      <Group title="Data" summary={dataSummary(run)} isOpen={hasRoom || isHere(/^data/)}>
        <DataChoice form={form} />
      </Group>
      <Group title="Layers" summary={layersSummary(run)} isOpen={hasRoom || isHere(/^layers/)}>
        <Layers form={form} />
      </Group>
      <Group title="Learning" summary={learningSummary(run)} isOpen={hasRoom || isHere(/^(optimizer|clipNorm)/)}>
        <Fields fields={[OPTIMIZER, ...optimizerFields(run), ...scheduleFields(run)]} form={form} />
        <GivenIn form={form} within={/^optimizer/} />
        <Fields fields={[CLIP_NORM]} form={form} />
      </Group>
      <Group
        title="Batches and length"
        summary={lengthSummary(run)}
        isOpen={isHere(/^(batch|steps|epochs|earlyStopping|record)/) || Array.isArray(run.batch.order)}
      >
        <Length form={form} />
        <Fields fields={batchFields(run)} form={form} />
        <GivenIn form={form} within={/^batch/} />
        <Fields fields={stoppingFields(run)} form={form} />
        <Message form={form} within={/^earlyStopping$/} />
        <Recording key={usual} form={form} usual={usual} />
      </Group>
      <Group title="Loss and penalty" summary={`${wordOf(loss ?? '')}, λ ${setting(l2)}`} isOpen={isHere(/^(loss|l2)/)}>
        <Fields fields={[L2, LOSS]} form={form} />
      </Group>
      <Group title="First weights" summary={wordOf(init.scheme)} isOpen={isHere(/^init/) || init.scheme === 'given'}>
        <Fields fields={startFields(run)} form={form} />
        <GivenIn form={form} within={/^init/} />
      </Group>
      <Group title="Rows" summary={splitSummary(run)} isOpen={isHere(/^data\.(seed|testSeed|valid|standard)/)}>
        <Fields fields={splitFields(run)} form={form} />
      </Group>
      <Group title="Chance" summary={`seed ${seed}`} isOpen={isHere(/^(seed|rng|maskSeed)/)}>
        <Fields fields={chanceFields(run)} form={form} />
      </Group>
    </>
  );
}

export function SettingsOf({ slot }: { slot: Slot }) {
  const problem = bench.problemOf(slot);
  const document = bench.documentOf(slot);
  const run = bench.meant(slot);
  const form = { document, run, byDefault: defaultsOf(run), problem };
  return <Groups form={form} />;
}
