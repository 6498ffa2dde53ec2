// The WGSL files, and how a kernel's text is put together. The only place that imports shaders.

import { BackendError } from '../../core/errors.ts';
import type { Op } from '../../ops/op.ts';
import type { GeneratedKernel } from '../../plan/plan.ts';

const files = import.meta.glob('../../../shaders/**/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
}) as Record<string, string>;

/** The text of shaders/<name>.wgsl. */
export function shaderFile(name: string): string {
  const text = files[`../../../shaders/${name}.wgsl`];
  if (text === undefined) throw new BackendError(`shaders/${name}.wgsl does not exist`);
  return text;
}

/** A kernel's whole source: its file or generated text, then the library files it uses, so that line numbers are its own. */
export function shaderSource(op: Op, generated?: GeneratedKernel): string {
  if (generated) return [generated.source, ...generated.uses.map(shaderFile)].join('\n');
  return [op.file, ...op.uses].map(shaderFile).join('\n');
}

export interface Specialised {
  readonly code: string;
  /** Values for the pipeline's `constants`. */
  readonly overrides: Record<string, number>;
}

/**
 * Gives constants their values: `override` declarations through the pipeline, `const` declarations by rewriting the text.
 *
 * @throws BackendError for a name that the source does not declare.
 */
export function specialise(source: string, constants: Readonly<Record<string, number>>): Specialised {
  let code = source;
  const overrides: Record<string, number> = {};
  for (const [name, value] of Object.entries(constants)) {
    const declaration = new RegExp(`^(override|const) ${name}\\b([^=;]*)=[^;]*;`, 'm');
    const found = declaration.exec(code);
    if (!found) throw new BackendError(`the kernel declares no constant ${name}`);
    if (found[1] === 'override') overrides[name] = value;
    else code = code.replace(declaration, `const ${name}$2= ${value};`);
  }
  return { code, overrides };
}
