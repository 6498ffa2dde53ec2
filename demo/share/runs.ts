// Run documents in an address. Each is a base and what it says otherwise: `base`, `base~difference` or `~whole document`.
// The base is the id of a preset, or `first` for the first run of the same link.

import { presets, type Run, SpecError, shortForm, validate } from '../../src/index.ts';
import { difference, type Json, merged } from './difference.ts';
import { PackError, pack, unpack } from './pack.ts';

const FIRST = 'first';

/** Short forms of the presets, made when they are first needed. */
const shortPresets = new Map<string, Json>();

function shortPreset(id: string): Json {
  const known = shortPresets.get(id) ?? asJson(shortForm(presets[id]!));
  shortPresets.set(id, known);
  return known;
}

const asJson = (run: Run) => run as unknown as Json;

// ---------------------------------------------------------------- writing

/** In as few characters as any base allows. */
export function writeRuns(runs: readonly Run[]): string[] {
  const [first, ...others] = runs.map((run) => asJson(shortForm(run)));
  if (!first) return [];
  return [writeRun(first, null), ...others.map((run) => writeRun(run, first))];
}

function writeRun(run: Json, first: Json | null): string {
  const bases = Object.keys(presets).map((id) => ({ name: id, base: shortPreset(id) }));
  if (first) bases.unshift({ name: FIRST, base: first });
  const options = bases.map(({ name, base }) => ({ name, patch: difference(base, run) }));
  options.push({ name: '', patch: run });
  const cost = ({ name, patch }: { name: string; patch: Json }) => name.length + JSON.stringify(patch).length;
  const { name, patch } = options.reduce((best, each) => (cost(each) < cost(best) ? each : best));
  return Object.keys(patch).length === 0 ? name : `${name}~${pack(patch)}`;
}

// ---------------------------------------------------------------- reading

export interface ReadRuns {
  /** Valid documents. */
  readonly runs: readonly Run[];
  /** One sentence for each that could not be read. */
  readonly problems: readonly string[];
}

export function readRuns(texts: readonly string[]): ReadRuns {
  const runs: Run[] = [];
  const problems: string[] = [];
  let first: Run | null = null;
  for (const [i, text] of texts.entries()) {
    try {
      const run = readRun(text, first);
      if (i === 0) first = run;
      runs.push(run);
    } catch (error) {
      problems.push(`${texts.length > 1 ? `Run ${i + 1} of this link` : 'The run in this link'} ${reason(error)}`);
    }
  }
  return { runs, problems };
}

function readRun(text: string, first: Run | null): Run {
  const [name = '', code, ...rest] = text.split('~');
  if (rest.length > 0) throw new PackError('holds characters that no link of the lab has');
  if (code === undefined && isPreset(name)) return presets[name]!;
  const run = merged(baseOf(name, first), code === undefined ? {} : unpack(code)) as Run;
  validate(run);
  return run;
}

function baseOf(name: string, first: Run | null): Json {
  if (name === '') return {};
  if (isPreset(name)) return shortPreset(name);
  if (name !== FIRST) throw new PackError(`begins from “${name}”, which is no preset`);
  if (!first) throw new PackError('begins from a first run that is not there');
  return asJson(shortForm(first));
}

const isPreset = (id: string) => Object.hasOwn(presets, id);

function reason(error: unknown): string {
  if (error instanceof SpecError) return `is not valid: ${error.message}`;
  if (error instanceof PackError) return `${error.message}.`;
  return 'cannot be read.';
}
