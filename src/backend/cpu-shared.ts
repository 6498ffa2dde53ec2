// One plan on several CPU threads: each holds a share of the models, all of them run at once. No model's arithmetic depends on
// its neighbours, so the bits are those of one thread.

import { allocateReals } from '../core/shape.ts';
import { elements } from '../plan/memory.ts';
import type { Plan } from '../plan/plan.ts';
import { type Share, type Stretch, sharesOf, stretchesOf, withModels } from '../plan/share.ts';
import type { Backend, Program } from './backend.ts';

type Values = Parameters<Program['write']>[1];

/** @param threads no more than the plan has models. */
export async function buildShared(plan: Plan, threads: readonly Backend[], adapter: string): Promise<Program> {
  const shares = sharesOf(plan.shape.models, threads.length);
  const programs = await all(threads.map((thread, i) => thread.build(withModels(plan, shares[i]!.models))));
  const each = <T>(visit: (program: Program, share: Share) => T): T[] => programs.map((p, i) => visit(p, shares[i]!));
  const together = async (work: Promise<unknown>[]) => void (await Promise.all(work));

  return {
    adapter,
    blocks: programs.some(({ blocks }) => blocks),
    write(name, values, offset = 0) {
      each((program, share) => {
        const stretches = stretchesOf(plan.buffers[name]!, share, offset, offset + values.length);
        if (stretches[0]) program.write(name, taken(values, stretches, offset), stretches[0].own);
      });
    },
    prepare: (segment) => together(each((program) => program.prepare(segment))),
    run(segment, times, recorded) {
      each((program) => program.run(segment, times, recorded));
    },
    async read(name, offset = 0, length = elements(plan.buffers[name]!) - offset) {
      const buffer = plan.buffers[name]!;
      if (buffer.modelAxis === null) return programs[0]!.read(name, offset, length);
      const whole = buffer.element === 'u32' ? new Uint32Array(length) : allocateReals(threads[0]!.precision, length);
      const readShare = async (program: Program, share: Share) => {
        const stretches = stretchesOf(buffer, share, offset, offset + length);
        if (stretches.length > 0) put(whole, await program.read(name, ...ownRange(stretches)), stretches, offset);
      };
      await together(each(readShare));
      return whole;
    },
    finished: () => together(each((program) => program.finished())),
    dispose() {
      each((program) => program.dispose());
    },
  };
}

/** All programs, or none: what was built beside one that failed is given back. */
async function all(building: readonly Promise<Program>[]): Promise<Program[]> {
  const results = await Promise.allSettled(building);
  const failed = results.find(({ status }) => status === 'rejected');
  const programs = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (!failed) return programs;
  for (const program of programs) program.dispose();
  throw (failed as PromiseRejectedResult).reason;
}

/** The first of the share's own elements, and how many. */
function ownRange(stretches: readonly Stretch[]): [offset: number, length: number] {
  const [first, last] = [stretches[0]!, stretches.at(-1)!];
  return [first.own, last.own + last.length - first.own];
}

/** A share's part of values that lie from element `offset` of the whole buffer on. */
function taken<T extends Values>(values: T, stretches: readonly Stretch[], offset: number): T {
  const [first, length] = ownRange(stretches);
  if (length === values.length) return values;
  const own = new (values.constructor as new (length: number) => T)(length);
  for (const { whole, own: to, length: size } of stretches) {
    own.set(values.subarray(whole - offset, whole - offset + size), to - first);
  }
  return own;
}

function put(whole: Values, own: Values, stretches: readonly Stretch[], offset: number): void {
  const [first] = ownRange(stretches);
  for (const { whole: to, own: from, length } of stretches) {
    whole.set(own.subarray(from - first, from - first + length), to - offset);
  }
}
