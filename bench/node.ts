// The benchmark in Node: Basin's cases on Dawn, and peers in Python. The same harness and the same report as the page's.
import { doctor } from '../src/index.ts';
import { measureCeilings } from './ceilings.ts';
import type { Contender } from './contender.ts';
import { basin } from './contenders/basin.ts';
import { type Call, remote } from './contenders/remote.ts';
import { measureCase, openAll } from './measure.ts';
import { OUR_CPU, OUR_LAYERED, OUR_WEBGPU } from './names.ts';
import type { CaseReport, Report } from './report.ts';
import { chooseCases, takesPart } from './workloads.ts';

export interface NodeOptions {
  readonly only: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  /** `all`, `none`, or the beginnings of names. */
  readonly peers: readonly string[];
  readonly commit: string;
  readonly machine: string;
  readonly host: string;
  /** Speaks to the peers in Python, where there are any. */
  readonly call?: Call;
  readonly progress: (text: string) => void;
}

export async function runInNode(options: NodeOptions): Promise<Report> {
  const { only, rounds, seconds, commit, machine, host, progress } = options;
  const { adapter } = await doctor();
  const chosen = chooseCases(only, adapter?.software ?? true);
  const contenders = [
    ...(adapter
      ? [
          basin(OUR_WEBGPU, { backend: 'webgpu' }),
          basin(OUR_LAYERED, { backend: 'webgpu', pin: { strategy: 'layered' } }),
        ]
      : []),
    basin(OUR_CPU, { backend: 'cpu' }),
    ...(await pythonPeers(options)),
  ];
  const { open, missing } = await openAll(contenders);
  progress('ceilings');
  const ceilings = adapter ? await measureCeilings(await dawn()) : null;
  const cases: CaseReport[] = [];
  for (const workload of chosen) {
    const found = await measureCase(
      workload,
      open.filter(({ name }) => takesPart(name, workload)),
      { rounds, seconds, progress },
    );
    cases.push({ ...found, entries: [...found.entries, ...missing] });
  }
  const date = new Date().toISOString();
  const shared = { basinBench: 1, date, commit, place: 'node', host, machine, adapter } as const;
  return { ...shared, options: { rounds, seconds }, ceilings, cases, curves: [] };
}

async function pythonPeers({ peers, call }: NodeOptions): Promise<Contender[]> {
  if (!call) return [];
  const checked: Call = async (request) => {
    const answer = await call(request);
    if (typeof answer.error === 'string') throw new Error(answer.error);
    return answer;
  };
  const { variants } = (await checked({ ask: 'hello' })) as { variants: string[] };
  const wanted = (name: string) => peers.includes('all') || peers.some((start) => name.startsWith(start));
  return variants.filter(wanted).map((name) => remote(name, checked));
}

/** A GPU object of the benchmark's own; kept, since Dawn aborts when one in use is collected. */
let kept: GPU | undefined;

async function dawn(): Promise<GPU> {
  if (kept) return kept;
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  kept = create([]);
  return kept;
}
