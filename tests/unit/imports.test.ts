// The arrows between the folders of src/, and the rules that keep the middle of it free of any device.
// core <- spec <- data, ops <- plan <- backend <- train, io <- index <- demo, bench, cli
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';
import { uninitializedVariables } from '../support/wgsl.ts';

const ROOT = join(import.meta.dirname, '../..');

const MAY_IMPORT: Record<string, string[]> = {
  core: [],
  spec: ['core'],
  data: ['core', 'spec'],
  ops: ['core', 'spec'],
  plan: ['core', 'spec', 'ops'],
  backend: ['core', 'spec', 'data', 'ops', 'plan'],
  io: ['core', 'spec', 'data', 'ops', 'plan', 'backend'],
  train: ['core', 'spec', 'data', 'ops', 'plan', 'backend', 'io'],
  'index.ts': ['core', 'spec', 'data', 'ops', 'plan', 'backend', 'io', 'train'],
  cli: ['core', 'spec', 'data', 'ops', 'plan', 'backend', 'io', 'train', 'index.ts'],
};

interface Import {
  file: string;
  specifier: string;
}

interface ModuleFile {
  file: string;
  code: string;
}

function filesUnder(folder: string, name: RegExp): ModuleFile[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ file: relative(ROOT, path).replaceAll(sep, '/'), code: readFileSync(path, 'utf8') }));
}

const SCRIPT = /\.(ts|tsx|mts|mjs|js)$/;
const STATIC_IMPORT = /^\s*(?:import|export)\b(?:[^'"`;()]*?\bfrom)?\s*['"]([^'"]+)['"]/gm;
const DYNAMIC_IMPORT = /\bimport\s*\(\s*(?:\/\*[^*]*\*\/\s*)?['"]([^'"]+)['"]/g;

function importsOf({ file, code }: ModuleFile, ...patterns: RegExp[]): Import[] {
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((found) => ({ file, specifier: found[1] ?? '' })),
  );
}

/** What a relative import names, from the root; undefined for a package. */
function target({ file, specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return relative(ROOT, join(ROOT, dirname(file), specifier)).replaceAll(sep, '/');
}

/** The part of src/ that a path is in: a folder's name, or index.ts; undefined outside. */
function partOf(path: string | undefined): string | undefined {
  return path?.startsWith('src/') ? path.split('/')[1] : undefined;
}

function isAllowed(found: Import): boolean {
  const [from, to] = [partOf(found.file), partOf(target(found))];
  return from === undefined || to === undefined || to === from || (MAY_IMPORT[from]?.includes(to) ?? false);
}

/** `cpu` or `gpu` for a file of that backend. */
function backendOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : /^src\/backend\/(cpu|gpu)\b/.exec(path)?.[1];
}

function crossesBackends(found: Import): boolean {
  const [from, to] = [backendOf(found.file), backendOf(target(found))];
  return from !== undefined && to !== undefined && from !== to;
}

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*/g, '');
}

const sources = filesUnder('src', SCRIPT);
const allImports = sources.flatMap((source) => importsOf(source, STATIC_IMPORT, DYNAMIC_IMPORT));

test('the rules see what they forbid', () => {
  const code = `
import { a } from '../plan/a.ts';
import type {
  B,
} from '../train/b.ts';
export * from '../ops/c.ts';
import '../io/d.ts';
export async function e() { return import('../cli/e.ts'); }
export const f = 'node:fs';
`;
  const found = importsOf({ file: 'src/spec/x.ts', code }, STATIC_IMPORT, DYNAMIC_IMPORT);
  expect(found.map(target)).toEqual(['src/plan/a.ts', 'src/train/b.ts', 'src/ops/c.ts', 'src/io/d.ts', 'src/cli/e.ts']);
  expect(found.filter(isAllowed)).toEqual([]);
  expect(importsOf({ file: 'src/spec/x.ts', code }, STATIC_IMPORT)).toHaveLength(4);
  expect(isAllowed({ file: 'src/spec/x.ts', specifier: '../core/errors.ts' })).toBe(true);
  expect(crossesBackends({ file: 'src/backend/cpu.ts', specifier: './gpu/device.ts' })).toBe(true);
  expect(crossesBackends({ file: 'src/backend/gpu/device.ts', specifier: '../cpu.ts' })).toBe(true);
  expect(crossesBackends({ file: 'src/backend/gpu/device.ts', specifier: '../backend.ts' })).toBe(false);
});

test('every part of src/ is one that has a rule', () => {
  const parts = new Set(sources.map(({ file }) => partOf(file)));
  expect(parts.size).toBeGreaterThan(0);
  expect([...parts].filter((part) => part === undefined || !(part in MAY_IMPORT))).toEqual([]);
});

test('imports follow the arrows', () => {
  expect(allImports.length).toBeGreaterThan(0);
  expect(allImports.filter((found) => !isAllowed(found))).toEqual([]);
});

test('the two backends never import each other', () => {
  expect(allImports.filter(crossesBackends)).toEqual([]);
});

test('nothing in src/ imports from outside of it but kernels', () => {
  const outside = allImports
    .map((found) => ({ ...found, path: target(found) }))
    .filter(({ path }) => path !== undefined);
  expect(outside.filter(({ path }) => !/^(src|shaders|wasm)\//.test(path ?? ''))).toEqual([]);
});

// A page has no Node: what needs it is loaded dynamically, behind a guard.
test('only the command line imports Node statically', () => {
  const library = sources.filter(({ file }) => partOf(file) !== 'cli');
  const found = library.flatMap((source) => importsOf(source, STATIC_IMPORT));
  expect(found.filter(({ specifier }) => specifier.startsWith('node:') || specifier === 'webgpu')).toEqual([]);
});

test('core, spec, data, ops and plan name no WebGPU type', () => {
  const deviceFree = sources.filter(({ file }) => /^src\/(core|spec|data|ops|plan)\//.test(file));
  const naming = deviceFree.filter(({ code }) => /\bGPU[A-Z]\w*|navigator\.gpu/.test(withoutComments(code)));
  expect(naming.map(({ file }) => file)).toEqual([]);
});

test.each(['demo', 'bench'])('%s imports src/index.ts and nothing else of src/', (folder) => {
  const found = filesUnder(folder, SCRIPT).flatMap((source) => importsOf(source, STATIC_IMPORT, DYNAMIC_IMPORT));
  const inside = found.filter((each) => partOf(target(each)) !== undefined);
  expect(inside.filter((each) => target(each) !== 'src/index.ts')).toEqual([]);
});

test('the variable rule sees what it forbids, and nothing else', () => {
  const code = `
var<workgroup> tile: array<f32, 64>; var<private> seed: u32;
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
fn f() {
  var total = 0.0; var counts: array<u32, 4> = array<u32, 4>(); // var old: f32;
  for (var i = 0u; i < 4u; i++) { var bad: f32; /* var older: u32; */ var<function> worse: u32; }
}`;
  expect(uninitializedVariables(code)).toEqual(['var bad: f32;', 'var<function> worse: u32;']);
});

test('every variable in a shader function has an initializer', () => {
  const found = filesUnder('shaders', /\.wgsl$/).map(({ file, code }) => ({
    file,
    found: uninitializedVariables(code),
  }));
  expect(found.filter((each) => each.found.length > 0)).toEqual([]);
});
