// Contenders in another process: numpy and PyTorch in Python, spoken to in lines of JSON (peers/protocol.py is the other end).
// They time their own steps, so that the way there and back does not count.
import type { Contender, MatmulJob, TrainingJob } from '../contender.ts';
import type { MatmulProblem, TrainingProblem } from '../problem.ts';
import { modelLayer, startValues } from './layout.ts';

/** Sends one request and resolves with its answer; rejects with the peer's reason. */
export type Call = (request: Record<string, unknown>) => Promise<Record<string, unknown>>;

export function remote(name: string, call: Call): Contender {
  const make = async (request: Record<string, unknown>) => (await call({ ...request, name })).job as number;
  const job = (id: number) => ({
    step: async (count: number) => (await call({ ask: 'step', name, job: id, count })).ms as number,
    reset: async () => void (await call({ ask: 'reset', name, job: id })),
    dispose: async () => void (await call({ ask: 'dispose', name, job: id })),
  });
  return {
    name,
    ours: false,
    webgpu: false,
    async open() {
      await call({ ask: 'open', name });
    },
    async train(problem): Promise<TrainingJob> {
      const id = await make(trainingRequest(problem));
      return {
        ...job(id),
        async weights() {
          const { layers } = (await call({ ask: 'weights', name, job: id })) as { layers: { w: string; b: string }[] };
          const values = layers.map(({ w, b }) => ({ w: floats(w), b: floats(b) }));
          return problem.models.map((_, m) => values.map((layer, l) => modelLayer(problem, layer, l, m)));
        },
      };
    },
    async multiply(problem): Promise<MatmulJob> {
      const id = await make(matmulRequest(problem));
      return {
        ...job(id),
        result: async () => floats((await call({ ask: 'result', name, job: id })).values as string),
      };
    },
  };
}

function trainingRequest(problem: TrainingProblem): Record<string, unknown> {
  const { x, y, rows, widths, batch, batches, loss, optimizer, models } = problem;
  return {
    ask: 'train',
    x: base64(x),
    y: base64(y),
    ...{ rows, widths, batch, batches, loss, optimizer },
    l2: models.map((model) => model.l2),
    dropRate: models.map((model) => model.dropRate),
    start: widths.slice(1).map((_, l) => ({
      w: base64(startValues(problem, l, 'w')),
      b: base64(startValues(problem, l, 'b')),
    })),
  };
}

const matmulRequest = ({ size, a, b }: MatmulProblem) => ({ ask: 'multiply', size, a: base64(a), b: base64(b) });

export function base64(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

export function floats(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer);
}
