// What `--help` prints.

export const HELP = `basin: dense neural networks on WebGPU, from a run document to trained weights

  basin run PRESET|RUN.json|-              train one run
  basin sweep SWEEP.json                   train many models of one run together
  basin predict MODEL.safetensors ROWS.csv predict with a saved model
  basin check PRESET|RUN.json              check the gradients of a run, on CPU and GPU
  basin export PRESET|RUN.json|-           the same run as a PyTorch or Keras program, and its rows
  basin presets                            names of the presets and a line about each
  basin doctor                             what this machine offers, and which backend auto takes
  basin --help | --version

\`basin COMMAND --help\` explains a command. Try: basin run start/circles
Exit codes: 0 done · 1 internal error · 2 bad input · 3 the backend asked for is not to be had · 4 diverged ·
5 check found a difference · 130 interrupted
`;

const DEVICE = `  --backend auto|webgpu|cpu   auto (default): WebGPU on a real GPU, else the CPU; webgpu takes any adapter
  --precision f32|f64         f32 (default); f64 on the CPU`;

export const COMMAND_HELP: Readonly<Record<string, string>> = {
  run: `basin run PRESET|RUN.json|-   train one run; - reads the document from standard input

${DEVICE}
  --steps N                   so many updates, whatever the document says
  --out result.json           write the result there, and a table to stdout
  --weights                   put the trained weights into the result
  --predictions               put the predictions for all rows into the result
  --save model.safetensors    write the trained model, for basin predict
  --quiet                     nothing on stdout

Without --out the result, as JSON, goes to stdout. Ctrl-C stops and gives the result so far. Paths inside the document
count from the document's folder.

  basin run initialization/he
  basin run run.json --out result.json --save model.safetensors
  basin run start/circles --steps 100 --weights | jq .weights
`,
  sweep: `basin sweep SWEEP.json   train many models of one run together; - reads from standard input

${DEVICE}
  --threads N                 share the models between N threads of the CPU; default: as many as it has cores
  --out result.json           write the result there, and a table of the best models to stdout
  --save best.safetensors     write the best model, for basin predict
  --quiet                     nothing on stdout

SWEEP.json is { "base": a run document or the name of a preset, "vary": { … } } or { "base": …, "models": [ … ] }.
The best model has the lowest loss on the validation rows, or without such rows on the training rows.
With "search": { "halving": 3 }, or { "halving": 3, "random": 243 }, the best third of the models goes on, again and again,
and only the last ones train to the end: the result says at which step each model stopped.

  echo '{ "base": "start/circles", "vary": { "optimizer.learningRate": { "log": [0.01, 1], "count": 8 } } }' > sweep.json
  basin sweep sweep.json --out result.json --save best.safetensors
`,
  predict: `basin predict MODEL.safetensors ROWS.csv   predictions as CSV on stdout; - reads the rows from standard input

The first line of ROWS.csv names its columns. A model trained on a CSV finds its columns by name and ignores others; any
other model takes them in the order of training, and ignores a column "label".
For classes: p(class) for each class, then class, the name of the one predicted. For numbers: value.

  basin run run.json --quiet --save model.safetensors
  basin predict model.safetensors rows.csv > predictions.csv
`,
  check: `basin check PRESET|RUN.json   are the gradients right? layer by layer, at the start of the run

Compares the gradient in f64 with five-point differences of the loss (allowed 2e-7), then the gradients of the CPU in f32
and of WebGPU with it (allowed 1e-5). Without an adapter the WebGPU part is left out. Exit code 5: a difference.

  basin check gradient-checking/n-dimensional
  basin check run.json
`,
  export: `basin export PRESET|RUN.json|-   the same run as a program for another framework

  --to pytorch|keras|rows     pytorch (default) and keras: a Python program; rows: the rows that it reads, as CSV
  --out FILE                  write it there instead of to stdout

The program reads rows.csv in the folder where it is started. What the framework cannot do the same is said at its top.

  basin export spirals/adam --out spirals.py
  basin export spirals/adam --to rows --out rows.csv
  python spirals.py
`,
  presets: `basin presets   names of the presets and a line about each

  basin run initialization/he
`,
  doctor: `basin doctor   adapter, features, limits, which backend auto takes and why
`,
};
