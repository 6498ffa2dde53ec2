// Where a CSV file is dropped or chosen, and which of its columns is learned.

import {
  exampleFile,
  fileProblem,
  inputsOf,
  type OwnFile,
  obstacle,
  ownFile,
  readOwnFile,
} from '../lessons/own-data.ts';
import { count } from './format.ts';

/** The page reads the header only; more than this is for the command line. */
const MOST_BYTES = 20e6;

type Accept = (file: OwnFile) => void;

async function take(file: File | undefined, onAccept: Accept): Promise<void> {
  if (!file) return;
  try {
    if (file.size > MOST_BYTES) throw new Error(`${file.name} is larger than 20 MB: use the command line for it.`);
    accept(readOwnFile(file.name, await file.text()), onAccept);
  } catch (error) {
    ownFile.value = null;
    fileProblem.value = (error as Error).message;
  }
}

function accept(file: OwnFile, onAccept: Accept): void {
  fileProblem.value = null;
  ownFile.value = file;
  onAccept(file);
}

interface FileProps {
  readonly file: OwnFile;
  readonly onAccept: Accept;
}

/** What is read anew, with other columns. */
function again({ file, onAccept }: FileProps, change: Partial<Pick<OwnFile, 'label' | 'omit'>>): void {
  accept(readOwnFile(file.name, file.text, { label: file.label, omit: file.omit, ...change }), onAccept);
}

const named = (columns: readonly string[]) =>
  columns.length === 1 ? `“${columns[0]}”` : `these ${columns.length} columns`;

function LabelChoice({ file, onAccept }: FileProps) {
  return (
    <label>
      Learn the column{' '}
      <select value={file.label} onChange={(event) => again({ file, onAccept }, { label: event.currentTarget.value })}>
        {file.columns.map((column) => (
          <option key={column}>{column}</option>
        ))}
      </select>
    </label>
  );
}

/** Columns that cannot be inputs, and the way on without them. */
function Obstacle({ file, onAccept }: FileProps) {
  const { unusable, omit } = file;
  const columns = unusable.map(({ column }) => column);
  const mayLeave = columns.length > 0 && columns.length < inputsOf(file);
  return (
    <>
      {omit.length > 0 && (
        <p>
          Left out: {omit.join(', ')}.{' '}
          <button type="button" onClick={() => again({ file, onAccept }, { omit: [] })}>
            Take {omit.length === 1 ? 'it' : 'them'} back
          </button>
        </p>
      )}
      {obstacle(file) && (
        <p class="notice" role="alert">
          {obstacle(file)}
          {mayLeave && (
            <button type="button" onClick={() => again({ file, onAccept }, { omit: [...omit, ...columns] })}>
              Leave out {named(columns)}
            </button>
          )}
        </p>
      )}
    </>
  );
}

function Example({ onAccept }: { onAccept: Accept }) {
  return (
    <div class="example">
      <p>
        The first line names the columns; below it stands one row for each example, with numbers and the class to learn:
      </p>
      <pre>{'x,y,group\n0.213,-1.044,A\n1.871,0.390,B\n…'}</pre>
      <button type="button" onClick={async () => accept(await exampleFile(), onAccept)}>
        Try it with an example
      </button>
    </div>
  );
}

/** @param onAccept hears of each file that can be read, and of each other column that is chosen */
export function OwnFileBox({ onAccept = () => {} }: { onAccept?: Accept }) {
  const file = ownFile.value;
  return (
    <section
      class={file ? 'drop given' : 'drop'}
      aria-label="Your file"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take(event.dataTransfer?.files[0], onAccept);
      }}
    >
      <label class="choose">
        Drop a CSV file here, or{' '}
        <input
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          onChange={(event) => take(event.currentTarget.files?.[0], onAccept)}
        />
      </label>
      {file && (
        <p>
          <strong>{file.name}</strong>: {count(file.rows)} rows, {file.columns.length} columns.{' '}
          <LabelChoice file={file} onAccept={onAccept} />
        </p>
      )}
      {file ? <Obstacle file={file} onAccept={onAccept} /> : <Example onAccept={onAccept} />}
      {fileProblem.value && (
        <p class="notice" role="alert">
          {fileProblem.value}
        </p>
      )}
    </section>
  );
}
