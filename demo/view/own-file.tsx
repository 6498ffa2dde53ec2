// Where a CSV file is dropped or chosen, and which of its columns is learned.

import { fileProblem, labelProblem, type OwnFile, ownFile, readOwnFile } from '../lessons/own-data.ts';
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
  fileProblem.value = labelProblem(file);
  ownFile.value = file;
  onAccept(file);
}

function LabelChoice({ file, onAccept }: { file: OwnFile; onAccept: Accept }) {
  return (
    <label>
      Learn the column{' '}
      <select
        value={file.label}
        onChange={(event) => accept(readOwnFile(file.name, file.text, event.currentTarget.value), onAccept)}
      >
        {file.columns.map((column) => (
          <option key={column}>{column}</option>
        ))}
      </select>
    </label>
  );
}

/** @param onAccept hears of each file that can be read, and of each other column that is chosen */
export function OwnFileBox({ onAccept = () => {} }: { onAccept?: Accept }) {
  const file = ownFile.value;
  return (
    <section
      class="drop"
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
      {fileProblem.value && (
        <p class="notice" role="alert">
          {fileProblem.value}
        </p>
      )}
    </section>
  );
}
