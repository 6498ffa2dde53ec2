// The benchmark's command lines: what they take, and what they answer to what they don't.
import { parseArgs } from 'node:util';

/** Options by name, with the words that explain them; `value` stands for an option's value where it has one. */
const ALL = {
  headless: { type: 'boolean', help: 'run in headless Chrome and print the table' },
  json: { type: 'string', value: 'FILE', help: 'write the report there (headless)' },
  only: { type: 'string', value: 'W1,W2,…', help: 'these workloads: W1 W2 W3 W4 W6 matmul-256 … matmul-2048 curves' },
  rounds: { type: 'string', value: 'N', help: 'interleaved rounds' },
  seconds: { type: 'string', value: 'S', help: 'length of a round for each contender' },
  peers: { type: 'string', value: 'NAMES', help: 'all, none, or how the names of the peers begin: numpy,jax-js' },
  'no-open': { type: 'boolean', help: 'serve the page without opening it' },
};

const usage = (command, names) =>
  [
    `npm run ${command} -- [options]`,
    ...names.map((name) => {
      const { value, help } = ALL[name];
      return `  --${name}${value ? ` ${value}` : ''}`.padEnd(22) + help;
    }),
  ].join('\n');

/** The values of these options. Prints help, or what is wrong with an option, and ends. */
export function readOptions(command, names, defaults = {}) {
  const options = Object.fromEntries(names.map((name) => [name, { type: ALL[name].type }]));
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } });
    if (values.help) {
      console.log(usage(command, names));
      process.exit(0);
    }
    for (const name of ['rounds', 'seconds'])
      if (values[name] !== undefined && !(Number(values[name]) > 0))
        throw new Error(`--${name}: ${values[name]} is not a number above 0.`);
    return { ...defaults, ...values };
  } catch (error) {
    console.error(`basin: ${error.message}\n\n${usage(command, names)}`);
    process.exit(2);
  }
}
