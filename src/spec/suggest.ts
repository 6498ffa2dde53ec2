// "Did you mean": the allowed word nearest to what somebody wrote.

/** Words of other libraries, of the notebooks and of older habits, spelled as `plain` leaves them. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  alpha: ['learningRate'],
  batchsize: ['size', 'batch'],
  crossentropy: ['softmaxCrossEntropy'],
  dataset: ['data'],
  decay: ['decayRate', 'weightDecay', 'schedule'],
  dropout: ['dropRate'],
  eps: ['epsilon'],
  gd: ['sgd'],
  he: ['heNormal'],
  identity: ['linear'],
  initialization: ['init'],
  initializer: ['init'],
  iterations: ['steps'],
  keepprob: ['dropRate'],
  kind: ['name', 'scheme'],
  labels: ['y', 'label'],
  lambda: ['l2'],
  logistic: ['sigmoid'],
  lr: ['learningRate'],
  momentum: ['beta'],
  mse: ['meanSquaredError'],
  neurons: ['units'],
  none: ['linear', 'constant'],
  rate: ['learningRate', 'dropRate', 'decayRate'],
  regularization: ['l2'],
  samples: ['rows'],
  type: ['name', 'scheme'],
  xavier: ['lecunNormal', 'xavierNormal'],
};

/** The nearest of `allowed`: same letters, a known synonym, or at most two typing mistakes. */
export function suggest(written: string, allowed: readonly string[]): string | undefined {
  const word = plain(written);
  const same = allowed.find((each) => plain(each) === word);
  const synonym = Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word]?.find((each) => allowed.includes(each)) : undefined;
  return same ?? synonym ?? nearest(word, allowed);
}

const plain = (word: string) => word.toLowerCase().replace(/[^a-z0-9]/g, '');

function nearest(word: string, allowed: readonly string[]): string | undefined {
  const mistakes = Math.min(2, Math.floor(word.length / 3));
  const ranked = allowed.map((each) => ({ each, distance: editDistance(word, plain(each)) }));
  return ranked.filter(({ distance }) => distance <= mistakes).sort((a, b) => a.distance - b.distance)[0]?.each;
}

/** Insertions, deletions and replacements that turn a into b. Levenshtein 1966. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
