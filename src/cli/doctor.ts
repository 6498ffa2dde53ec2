// `basin doctor`: what this machine offers.

import { type Doctor, doctor } from '../train/doctor.ts';
import { positionals, readArguments } from './args.ts';
import { EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { table } from './text.ts';
import { version } from './version.ts';

export async function doctorCommand(argv: readonly string[], io: Io): Promise<number> {
  positionals(readArguments(argv, {}, 'basin doctor').positionals, [], 'basin doctor');
  await io.stdout(describe(await doctor()));
  return EXIT.done;
}

function describe({ auto, adapter, problem }: Doctor): string {
  const machine = [
    ['basin', version()],
    ['node', `${process.version} on ${process.platform} ${process.arch}`],
    ['adapter', adapter ? `${adapter.name}${adapter.software ? ' (software)' : ''}` : 'none'],
    ...(problem ? [['', problem]] : []),
  ];
  const details = adapter
    ? [
        ['features', adapter.features.join(', ') || 'none'],
        ['subgroups', adapter.subgroupSizes ? adapter.subgroupSizes.join(' to ') : 'not told'],
        ...Object.entries(adapter.limits).map(([name, value], i) => [i === 0 ? 'limits' : '', `${name} ${value}`]),
      ]
    : [];
  const taken = auto.name === 'cpu' ? `cpu (${auto.adapter})` : auto.name;
  return table([...machine, ...details, ['auto takes', `${taken}: ${auto.why}`]]);
}
