// The benchmark page: chooses contenders, runs what the address asks for or the buttons start, and shows the report.
// `?only=W1,W2&rounds=5&seconds=1&peers=none&run` in the address; the headless runner reads `window.basinBench`.
import { doctor } from '../src/index.ts';
import { measureCeilings } from './ceilings.ts';
import type { Contender } from './contender.ts';
import { basin } from './contenders/basin.ts';
import { jax } from './contenders/jax.ts';
import { type Call, remote } from './contenders/remote.ts';
import { tfjs } from './contenders/tfjs.ts';
import { measureModelCurve, measureSizeCurve } from './curves.ts';
import { measureCase, openAll } from './measure.ts';
import { OUR_CPU, OUR_LAYERED, OUR_WEBGPU } from './names.ts';
import { type CaseReport, type CurveReport, formatReport, type Report } from './report.ts';
import { showPage, type View } from './view.ts';
import { CURVES, cases, chooseCases, takesPart } from './workloads.ts';

declare global {
  interface Window {
    basinBench: { done: boolean; error: string | null; progress: string; report: Report | null; text: string };
    /** Put there by the headless runner: speaks to peers in Python. */
    basinPeer?: (request: string) => Promise<string>;
  }
}

/** What the server knows and a page cannot. */
interface Facts {
  readonly commit: string;
  readonly machine: string;
  /** Peers whose packages are not installed, with the reason. */
  readonly missing: readonly string[];
}

interface Wanted {
  readonly only: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  /** `all`, `none`, or the beginnings of names. */
  readonly peers: readonly string[];
  readonly curves: boolean;
}

function wantedOf(query: URLSearchParams): Wanted {
  const list = (name: string) => (query.get(name) ?? '').split(',').filter(Boolean);
  const only = list('only');
  return {
    only,
    rounds: query.get('rounds') === '0' ? 0 : positive(query.get('rounds'), 5, 'rounds'),
    seconds: positive(query.get('seconds'), 1, 'seconds'),
    peers: query.has('peers') ? list('peers') : ['all'],
    curves: only.length === 0 || only.includes(CURVES),
  };
}

function positive(text: string | null, fallback: number, name: string): number {
  if (text === null) return fallback;
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`${name}: "${text}" is not a number above 0`);
}

const ours = (): Contender[] => [
  basin(OUR_WEBGPU, { backend: 'webgpu' }),
  basin(OUR_LAYERED, { backend: 'webgpu', pin: { strategy: 'layered' } }),
  basin(OUR_CPU, { backend: 'cpu' }),
];

async function peers(): Promise<Contender[]> {
  const call: Call = async (request) => {
    const answer = JSON.parse(await window.basinPeer!(JSON.stringify(request))) as Record<string, unknown>;
    if (typeof answer.error === 'string') throw new Error(answer.error);
    return answer;
  };
  const names = window.basinPeer ? ((await call({ ask: 'hello' })).variants as string[]) : [];
  return [
    jax('webgpu'),
    tfjs('webgpu'),
    jax('wasm'),
    tfjs('wasm'),
    tfjs('cpu'),
    ...names.map((name) => remote(name, call)),
  ];
}

async function chosenPeers(wanted: Wanted): Promise<Contender[]> {
  if (wanted.peers.includes('none')) return [];
  const all = await peers();
  return wanted.peers.includes('all')
    ? all
    : all.filter(({ name }) => wanted.peers.some((start) => name.startsWith(start)));
}

async function run(wanted: Wanted, view: View): Promise<Report> {
  const facts = (await (await fetch('/bench-facts.json')).json()) as Facts;
  const { adapter } = await doctor();
  const chosen = chooseCases(wanted.only, adapter?.software ?? true);
  view.progress('opening libraries');
  const { open, missing } = await openAll([...ours(), ...(await chosenPeers(wanted))]);
  const options = { rounds: wanted.rounds, seconds: wanted.seconds, progress: view.progress };
  view.progress('ceilings');
  const ceilings = adapter && wanted.rounds > 0 ? await measureCeilings(navigator.gpu) : null;
  const reports: CaseReport[] = [];
  const curves: CurveReport[] = [];
  const report = (): Report => ({
    basinBench: 1,
    date: new Date().toISOString(),
    commit: facts.commit,
    place: 'browser',
    host: navigator.userAgent,
    machine: facts.machine,
    adapter,
    options: { rounds: wanted.rounds, seconds: wanted.seconds },
    ceilings,
    cases: reports,
    curves,
  });
  for (const workload of chosen) {
    const found = await measureCase(
      workload,
      open.filter(({ name }) => takesPart(name, workload)),
      options,
    );
    reports.push({ ...found, entries: [...found.entries, ...missing] });
    view.show(report());
  }
  if (wanted.curves) {
    const drawn = open.filter(({ name }) => [OUR_WEBGPU, OUR_CPU, 'jax-js webgpu'].includes(name));
    curves.push(await measureSizeCurve(drawn, options));
    view.show(report());
    curves.push(await measureModelCurve(drawn, options));
    view.show(report());
  }
  return report();
}

async function start(wanted: Wanted, view: View): Promise<void> {
  const state = window.basinBench;
  try {
    state.report = await run(wanted, view);
    state.text = formatReport(state.report);
    view.progress('done');
  } catch (error) {
    state.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
    view.progress(`stopped: ${error instanceof Error ? error.message : error}`);
  }
  state.done = true;
}

window.basinBench = { done: false, error: null, progress: '', report: null, text: '' };
const query = new URLSearchParams(location.search);
const page = showPage({
  cases,
  query,
  start: (asked, view) => void start(wantedOf(asked), view),
  onProgress: (text) => {
    window.basinBench.progress = text;
  },
});
if (query.has('run')) void start(wantedOf(query), page);
