// The page that GPU tests drive: calls `file.function` of tests/gpu/page/*.ts with decoded arguments.
import { decode, encode } from './codec.ts';

type PageFunction = (...args: unknown[]) => unknown;

/** What a call comes back as; an error keeps its name and its own properties. */
export type Answer = { value: unknown } | { error: { name: string; message: string; stack: string; fields: unknown } };

declare global {
  interface Window {
    basinTest: (name: string, args: unknown) => Promise<Answer>;
  }
}

// Loaded on their first call, so that a broken file fails its own tests only.
const modules = import.meta.glob<Record<string, PageFunction>>('./page/*.ts');

async function find(name: string): Promise<PageFunction> {
  const [file = '', entry = ''] = name.split('.');
  const load = modules[`./page/${file}.ts`];
  if (load === undefined) throw new Error(`page function ${name}: there is no tests/gpu/page/${file}.ts`);
  const found = (await load())[entry];
  if (found === undefined) throw new Error(`page function ${name}: tests/gpu/page/${file}.ts exports no ${entry}`);
  return found;
}

function describe(error: unknown): Answer {
  if (!(error instanceof Error)) return { error: { name: 'Error', message: String(error), stack: '', fields: {} } };
  const fields = JSON.parse(JSON.stringify({ ...error })) as unknown;
  return { error: { name: error.name, message: error.message, stack: error.stack ?? '', fields: encode(fields) } };
}

window.basinTest = async (name, args) => {
  try {
    const run = await find(name);
    return { value: encode(await run(...(decode(args) as unknown[]))) };
  } catch (error) {
    return describe(error);
  }
};
