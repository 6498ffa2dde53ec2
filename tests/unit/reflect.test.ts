// The op table against the WGSL text: names, order, access and constants are the same on both sides. No device.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { shaderFile, shaderSource } from '../../src/backend/gpu/shaders.ts';
import type { Op } from '../../src/ops/op.ts';
import { type OpName, ops } from '../../src/ops/table.ts';
import { allCases } from '../cases/all.ts';

const root = join(import.meta.dirname, '../..');
const textOf = import.meta.glob('../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true }) as Record<
  string,
  string
>;
const fileOf = (path: string) => path.replace('../../shaders/', '').replace('.wgsl', '');
const files = Object.keys(textOf).map(fileOf);
const libraries = files.filter((file) => file.startsWith('lib/'));
// A generated kernel has no file; resident.test.ts holds it against its row.
const rows = (Object.entries(ops) as [OpName, Op][]).filter(([, op]) => !op.generated);

// WebGPU's portable floor, maxStorageBuffersPerShaderStage.
const STORAGE_BUFFERS = 8;

const withoutComments = (code: string) => code.replaceAll(/\/\/.*/g, '');

/** Names that a text declares at module scope. */
function declared(code: string): string[] {
  const declaration = /^(?:@[^;{]*\s)?(?:fn|struct|const|override|var(?:<[^>]*>)?)\s+(\w+)/gm;
  return [...withoutComments(code).matchAll(declaration)].map((match) => match[1]!);
}

const words = (code: string) => new Set(withoutComments(code).match(/\b[A-Za-z_]\w*\b/g) ?? []);

/** The type of a storage binding's elements, a struct by its fields. */
const ELEMENT_TYPES = {
  real: ['array<f32>', 'array<vec4f>', 'array<f32, 9>', 'array<Hyper>'],
  u32: ['array<u32>', 'array<vec4u>', 'array<atomic<u32>>', 'Clock'],
};

describe.each(rows)('%s', (name, op) => {
  const source = shaderSource(op);
  const module = new WgslReflect(source);

  test('the row is in the table under its own name', () => {
    expect(op.name).toBe(name);
  });

  test('its file holds its entry, and no other', () => {
    expect(new WgslReflect(shaderFile(op.file)).entry.compute.map((entry) => entry.name)).toEqual([op.name]);
    expect(module.entry.compute.map((entry) => entry.name)).toEqual([op.name]);
  });

  test('binding 0 is a uniform struct Dims whose fields are the dims in order, all u32', () => {
    const [uniform, ...others] = module.uniforms;
    expect(others).toEqual([]);
    expect({ group: uniform!.group, binding: uniform!.binding, type: uniform!.type.name }).toEqual({
      group: 0,
      binding: 0,
      type: 'Dims',
    });
    expect(uniform!.members!.map((member) => `${member.name}: ${member.type.name}`)).toEqual(
      op.dims.map((dim) => `${dim}: u32`),
    );
  });

  test("bindings 1, 2, … are the row's, in order, with its access", () => {
    const inText = module.storage.map(({ group, binding, name, access }) => ({ group, binding, name, access }));
    const inRow = Object.entries(op.bindings).map(([binding, { access }], index) => ({
      group: 0,
      binding: index + 1,
      name: binding,
      access: access === 'read' ? 'read' : 'read_write',
    }));
    expect(inText.sort((a, b) => a.binding - b.binding)).toEqual(inRow);
    expect(inRow.length).toBeLessThanOrEqual(STORAGE_BUFFERS);
  });

  test('elements are reals and words as the row says', () => {
    for (const [binding, { element }] of Object.entries(op.bindings)) {
      const declaration = new RegExp(`var<storage, \\w+> ${binding}: ([^;]+);`).exec(source);
      expect(ELEMENT_TYPES[element], binding).toContain(declaration?.[1]);
    }
  });

  test('its constants are declared with the values of the row', () => {
    for (const [constant, value] of Object.entries(op.constants)) {
      const declaration = new RegExp(`^(?:override|const) ${constant}\\b[^=;]*= (\\d+)u?;`, 'm').exec(source);
      expect(Number(declaration?.[1]), constant).toBe(value);
    }
    const inRow = Object.keys(op.constants).sort();
    expect(module.overrides.map((override) => override.name).sort()).toEqual(inRow);
  });

  test('it uses the libraries that its text needs, and no other', () => {
    const used = words(source);
    const present = new Set(declared(source));
    for (const library of libraries) {
      const needed = declared(shaderFile(library)).filter((declaration) => used.has(declaration));
      const missing = needed.filter((declaration) => !present.has(declaration));
      expect(missing, `needed of ${library}`).toEqual([]);
    }
    for (const library of op.uses) {
      const others = [op.file, ...op.uses.filter((other) => other !== library)].map(shaderFile).join('\n');
      const wanted = declared(shaderFile(library)).filter((declaration) => words(others).has(declaration));
      expect(wanted, `used of ${library}`).not.toEqual([]);
    }
  });

  test('it has cases', () => {
    expect(allCases.filter((opCase) => opCase.op === name).length).toBeGreaterThan(0);
  });
});

describe('the shaders', () => {
  test('every entry on disk has a row', () => {
    const entries = files
      .filter((file) => !libraries.includes(file))
      .flatMap((file) => new WgslReflect(shaderFile(file)).entry.compute.map((entry) => entry.name));
    expect(entries.sort()).toEqual(rows.map(([name]) => name).sort());
  });

  test('libraries have neither entries nor bindings', () => {
    for (const library of libraries) expect(shaderFile(library), library).not.toMatch(/@compute|@binding/);
  });

  test('every library is named by a row or by the emitter of generated kernels', () => {
    const sources = import.meta.glob('../../src/{ops,plan}/**/*.ts', { query: '?raw', import: 'default', eager: true });
    const text = Object.values(sources).join('\n');
    expect(libraries.filter((library) => !text.includes(`'${library}'`))).toEqual([]);
  });

  test('no two texts of one module declare the same name', () => {
    for (const [name, op] of rows) {
      const names = declared(shaderSource(op));
      expect(
        names.filter((declaration, i) => names.indexOf(declaration) !== i),
        name,
      ).toEqual([]);
    }
  });
});

describe('one name, three places', () => {
  // Files of src/ops with rows; the others are the table, its types, and the hyperparameter layout.
  test.each(['activation', 'batch', 'dense', 'dropout', 'loss', 'optimizer', 'resident'])(
    'src/ops/%s.ts has its cases',
    (module) => {
      expect(existsSync(join(root, `src/ops/${module}.ts`))).toBe(true);
      expect(existsSync(join(root, `tests/cases/${module}.ts`))).toBe(true);
    },
  );

  test('no two cases have one name', () => {
    const names = allCases.map((opCase) => opCase.name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test('every case gives its dims, inputs and outputs, and no others', () => {
    for (const opCase of allCases) {
      const op = ops[opCase.op];
      const bound = (wanted: (access: string) => boolean) =>
        Object.keys(op.bindings).filter((binding) => wanted(op.bindings[binding]!.access));
      expect(Object.keys(opCase.dims), opCase.name).toEqual([...op.dims]);
      expect(Object.keys(opCase.inputs).sort(), opCase.name).toEqual(bound((access) => access !== 'write').sort());
      expect(Object.keys(opCase.outputs).sort(), opCase.name).toEqual(bound((access) => access === 'write').sort());
    }
  });
});
