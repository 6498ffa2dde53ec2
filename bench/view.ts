// What the page shows: the form, the progress line, and the report as charts with a table for each.
import { barChart, lineChart } from './charts.ts';
import {
  type CaseReport,
  type CurveReport,
  curveRows,
  ENTRY_COLUMNS,
  entryCells,
  formatReport,
  gflopsOf,
  RATIO_COLUMNS,
  type Report,
  rates,
  ratioCells,
  ratios,
  summaryOf,
} from './report.ts';
import { show } from './stats.ts';
import { type Case, CURVES } from './workloads.ts';

export interface View {
  progress(text: string): void;
  show(report: Report): void;
}

interface PageOptions {
  readonly cases: readonly Case[];
  readonly query: URLSearchParams;
  readonly start: (query: URLSearchParams, view: View) => void;
  readonly onProgress: (text: string) => void;
}

type Child = Node | string;

function element(tag: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function showPage(options: PageOptions): View {
  const main = document.querySelector('#page')!;
  const progress = element('p', { id: 'progress', role: 'status' });
  const result = element('div', { id: 'report' });
  const form = makeForm(options);
  main.replaceChildren(
    element('h1', {}, 'Basin benchmark'),
    element(
      'p',
      {},
      'Steps per second on this machine: Basin against TensorFlow.js and jax-js, each in its best configuration and with its ' +
        'answer verified first. Keep this tab in front while it runs. ',
      element('a', { href: './METHOD.md' }, 'How it is measured'),
      '.',
    ),
    form,
    progress,
    result,
  );
  const view: View = {
    progress(text) {
      progress.textContent = text;
      options.onProgress(text);
    },
    show: (report) => result.replaceChildren(...reportNodes(report)),
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = form.querySelector<HTMLButtonElement>('button.main')!;
    button.disabled = true;
    options.start(queryOf(form), view);
  });
  form.querySelector('input[type=file]')!.addEventListener('change', (event) => void openReport(event, view));
  return view;
}

function makeForm({ cases, query }: PageOptions): HTMLFormElement {
  const only = (query.get('only') ?? '').split(',').filter(Boolean);
  const boxes = cases.map(({ id, title }) => {
    const box = element('input', { type: 'checkbox', name: 'only', value: id, id: `case-${id}` }) as HTMLInputElement;
    box.checked = only.length > 0 ? only.includes(id) : id !== 'matmul-2048';
    return element('label', { title }, box, id);
  });
  const number = (name: string, fallback: string, label: string) =>
    element(
      'label',
      {},
      label,
      element('input', { type: 'number', name, min: '0.1', step: 'any', value: query.get(name) ?? fallback }),
    );
  const curves = element('input', { type: 'checkbox', name: 'only', value: CURVES }) as HTMLInputElement;
  curves.checked = only.length === 0 || only.includes(CURVES);
  const peers = element('input', { type: 'checkbox', name: 'peers', checked: '' }) as HTMLInputElement;
  peers.checked = query.get('peers') !== 'none';
  return element(
    'form',
    {},
    element('fieldset', {}, element('legend', {}, 'Workloads'), ...boxes, element('label', {}, curves, 'curves')),
    number('rounds', '5', 'Rounds'),
    number('seconds', '1', 'Seconds each'),
    element('label', {}, peers, 'Peers'),
    element('button', { class: 'main' }, 'Run'),
    element(
      'label',
      { class: 'file faint' },
      'Show a saved report',
      element('input', { type: 'file', accept: '.json' }),
    ),
  ) as HTMLFormElement;
}

function queryOf(form: HTMLFormElement): URLSearchParams {
  const data = new FormData(form);
  const query = new URLSearchParams();
  query.set('only', data.getAll('only').join(','));
  for (const name of ['rounds', 'seconds']) query.set(name, String(data.get(name)));
  query.set('peers', data.has('peers') ? 'all' : 'none');
  return query;
}

async function openReport(event: Event, view: View): Promise<void> {
  const file = (event.target as HTMLInputElement).files?.[0];
  if (!file) return;
  try {
    const report = JSON.parse(await file.text()) as Report;
    if (report.basinBench !== 1) throw new Error('it is no report of this benchmark');
    view.show(report);
    view.progress(`${file.name}: measured ${report.date} at commit ${report.commit}`);
  } catch (error) {
    view.progress(`${file.name} cannot be shown: ${(error as Error).message}`);
  }
}

// ---------------------------------------------------------------- the report

function reportNodes(report: Report): Node[] {
  return [
    shareButtons(report),
    element('p', { class: 'faint' }, summaryLine(report)),
    ...ratioTable(report),
    ...report.cases.flatMap((entry) => caseNodes(entry, report)),
    ...report.curves.flatMap(curveNodes),
  ];
}

function summaryLine({ adapter, ceilings, machine, host, commit, date, options }: Report): string {
  const device = adapter ? `${adapter.name}${adapter.software ? ', a software adapter' : ''}` : 'no WebGPU adapter';
  const limits = ceilings
    ? ` Measured ceilings: ${show(ceilings.gflops)} GFLOP/s multiply-add, ${show(ceilings.gigabytesPerSecond)} GB/s, ` +
      `${show(ceilings.dispatchMicroseconds)} µs a dispatch, ${show(ceilings.submitMicroseconds)} µs a submit.`
    : '';
  return `${device} · ${machine} · ${host} · commit ${commit} · ${date} · ${options.rounds} rounds of ${options.seconds} s.${limits}`;
}

/** Charts are drawn for the width there is, so that their text keeps its size. */
const chartWidth = (): number => Math.min(720, Math.max(300, document.querySelector('#page')!.clientWidth - 32));

function shareButtons(report: Report): Node {
  const name = `basin-bench-${report.date.slice(0, 10)}-${report.commit}.json`;
  const download = element('button', { type: 'button' }, 'Download JSON');
  download.addEventListener('click', () => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(report, null, 1)], { type: 'application/json' }));
    element('a', { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  });
  const copy = element('button', { type: 'button' }, 'Copy as text');
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(formatReport(report));
    copy.textContent = 'Copied';
  });
  return element('p', {}, download, ' ', copy);
}

function table(header: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const head = element('tr', {}, ...header.map((text) => element('th', { scope: 'col' }, text)));
  return element(
    'div',
    { class: 'scroll' },
    element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)),
  );
}

function ratioTable(report: Report): Node[] {
  const found = ratios(report);
  if (found.length === 0) return [];
  const rows = found.map((ratio) => {
    const cells = ratioCells(ratio).map((text) => element('td', {}, text));
    cells[4]!.className = ratio.met ? 'met' : 'not-met';
    for (const cell of cells.slice(5)) cell.className = 'text';
    return element('tr', {}, ...cells);
  });
  return [element('h2', {}, 'Against the targets'), table(RATIO_COLUMNS, rows)];
}

function caseNodes(entry: CaseReport, { ceilings, adapter }: Report): Node[] {
  const bars = entry.entries.map((own) => ({
    label: own.name,
    ours: own.ours,
    values: own.status === 'ok' ? rates(own) : [],
  }));
  const figure = element('figure');
  figure.innerHTML = barChart(bars, entry.unit, chartWidth());
  figure.append(element('figcaption', {}, `${entry.unit}, logarithmic; median of the rounds, the line is their range`));
  const rows = entry.entries.map((own) => {
    const cells = entryCells(own).map((text) => element('td', {}, text));
    if (own.status !== 'ok') {
      cells[1]!.className = 'broken';
      cells.at(-1)!.className = 'reason';
    }
    const summary = summaryOf(own);
    const share =
      summary && own.webgpu && ceilings && adapter ? gflopsOf(entry, summary.median) / ceilings.gflops : null;
    const gpuMs = own.asked?.gpuMs;
    cells.push(element('td', {}, gpuMs && own.askedSteps ? `${show((1000 * gpuMs) / own.askedSteps)} µs` : ''));
    cells.push(element('td', {}, share === null ? '' : `${show(100 * share)} %`));
    return element('tr', own.ours ? { class: 'ours' } : {}, ...cells);
  });
  const header = [...ENTRY_COLUMNS, 'in passes, a step', 'of ceiling'];
  return [element('h2', {}, `${entry.id} · ${entry.title}`), figure, table(header, rows)];
}

function curveNodes(curve: CurveReport): Node[] {
  const figure = element('figure');
  const lines = curve.curves.map(({ name, points }) => ({ label: name, points }));
  figure.innerHTML = lineChart(lines, curve.xLabel, curve.yLabel, chartWidth());
  const reasons = curve.curves.filter(({ reason }) => reason).map(({ name, reason }) => `${name}: ${reason}`);
  figure.append(element('figcaption', {}, [`${curve.yLabel}, both axes logarithmic`, ...reasons].join(' · ')));
  const [header, ...rows] = curveRows(curve);
  const body = rows.map((row) => element('tr', {}, ...row.map((text) => element('td', {}, text))));
  return [element('h2', {}, curve.title), figure, table(header!, body)];
}
