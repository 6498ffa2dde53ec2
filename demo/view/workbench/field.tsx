// One setting of a run document: its control, what it means, what is wrong with it, and the way back to its default.

import { useEffect, useId, useState } from 'preact/hooks';
import { type Field, type NumberField, wordOf } from '../../workbench/fields.ts';

export interface FieldProps {
  readonly field: Field;
  /** As the document has it; undefined where it says nothing. */
  readonly value: unknown;
  /** What holds then. */
  readonly fallback: unknown;
  /** What is wrong with it. */
  readonly problem: string | null;
  /** Takes the key out of the document where the value is undefined. */
  change(value: unknown): void;
}

/** Text that is no number goes into the document as it is, for the library to say what is wrong with it. */
export function typedValue(text: string): unknown {
  const plain = text.trim();
  if (plain === '') return undefined;
  const number = Number(plain.replace(',', '.'));
  return Number.isNaN(number) ? plain : number;
}

const textOf = (value: unknown) => (value === undefined ? '' : String(value));

interface ControlProps extends FieldProps {
  readonly id: string;
  readonly described: string;
}

function NumberBox({ field, value, fallback, problem, change, id, described }: ControlProps) {
  const { without, unit } = field as NumberField;
  const known = value === 'full' ? undefined : value;
  const usual = fallback === 'full' ? undefined : fallback;
  const [text, setText] = useState(textOf(known));
  // What is typed stays as it is typed, 1e-3 too, until the document says something else.
  useEffect(() => {
    if (typedValue(text) !== known) setText(textOf(known));
  }, [known]);
  return (
    <span class="with-unit">
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        value={text}
        placeholder={textOf(usual ?? without)}
        aria-invalid={problem !== null}
        aria-describedby={described}
        onInput={(event) => {
          setText(event.currentTarget.value);
          change(typedValue(event.currentTarget.value));
        }}
      />
      {unit && <span class="unit">{unit}</span>}
    </span>
  );
}

function ChoiceBox({ field, value, fallback, problem, change, id, described }: ControlProps) {
  if (field.kind !== 'choice') return null;
  const { choices, without } = field;
  return (
    <select
      id={id}
      value={textOf(value ?? (without ? '' : fallback))}
      aria-invalid={problem !== null}
      aria-describedby={described}
      onChange={(event) => change(event.currentTarget.value || undefined)}
    >
      {without && <option value="">{without}</option>}
      {choices.map((name) => (
        <option key={name} value={name}>
          {wordOf(name)}
        </option>
      ))}
    </select>
  );
}

function FlagBox({ value, fallback, change, id, described }: ControlProps) {
  return (
    <input
      id={id}
      type="checkbox"
      checked={(value ?? fallback) === true}
      aria-describedby={described}
      onChange={(event) => change(event.currentTarget.checked)}
    />
  );
}

const CONTROLS = { number: NumberBox, choice: ChoiceBox, flag: FlagBox } as const;

function defaultWord({ field, fallback }: FieldProps): string {
  if (fallback === undefined || fallback === 'full') return ('without' in field && field.without) || 'none';
  return typeof fallback === 'boolean' ? (fallback ? 'on' : 'off') : wordOf(String(fallback));
}

/** A range without an end, or up to the largest number there is, says nothing to a person. */
const isNarrow = (range: string) => !range.includes('∞') && range.length < 10;

export function FieldRow(props: FieldProps) {
  const { field, value, fallback, problem, change } = props;
  const id = useId();
  const Control = CONTROLS[field.kind];
  const range = field.kind === 'number' && isNarrow(field.range.text) ? ` In ${field.range.text}.` : '';
  const isDefault = value === undefined || value === fallback;
  return (
    <div class="field" data-path={field.path}>
      <label for={id}>
        {field.label}
        {field.owner && <span class="unseen"> of {field.owner}</span>}
      </label>
      <Control {...props} id={id} described={`${id}-hint`} />
      <button
        type="button"
        class="reset"
        disabled={isDefault}
        title={`Reset to ${defaultWord(props)}`}
        onClick={() => change(field.kind === 'choice' && !field.without ? fallback : undefined)}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M3.2 7.5a5 5 0 1 1 1.2 4M3 3v4.6h4.6" fill="none" stroke="currentColor" stroke-width="1.6" />
        </svg>
        <span class="unseen">
          Reset {field.label} {field.owner && `of ${field.owner}`} to {defaultWord(props)}
        </span>
      </button>
      <p class="hint" id={`${id}-hint`}>
        {problem === null ? `${field.hint}${range}` : <span class="wrong-value">{problem}</span>}
      </p>
    </div>
  );
}
