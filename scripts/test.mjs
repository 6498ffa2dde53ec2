// `npm test`: all tests, or those that Vitest's own arguments choose, and one closing line that counts them.
import { ensureChrome } from './chrome.mjs';
import { ensureInstalled } from './setup.mjs';

const wanted = process.argv.slice(2);

/** What fails outside a test (a file that does not load, a beforeAll) fails the tests that would have run there. */
function isBroken(task) {
  return task.errors?.().length > 0 || (task.parent !== undefined && isBroken(task.parent));
}

/** Counts of finished tests, and the reason of each that was left out. */
class Tally {
  passed = 0;
  failed = 0;
  reasons = [];

  onTestRunEnd(modules) {
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) this.count(test);
      if (tests.length === 0 && isBroken(module)) this.failed += 1;
    }
  }

  count(test) {
    const { state, note } = test.result();
    if (state === 'passed') this.passed += 1;
    else if (state === 'failed' || isBroken(test.parent)) this.failed += 1;
    else this.reasons.push(note ?? test.fullName);
  }

  closingLine() {
    const counts = new Map();
    for (const reason of this.reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const named = [...counts].map(([reason, count]) => (count === 1 ? reason : `${count} × ${reason}`));
    const why = named.length > 0 ? ` (${named.join('; ')})` : '';
    return `basin: ${this.passed} tests passed, ${this.failed} failed, ${this.reasons.length} left out${why}`;
  }
}

async function runTests() {
  const { parseCLI, startVitest } = await import('vitest/node');
  const { filter, options } = parseCLI(['vitest', 'run', ...wanted]);
  const tally = new Tally();
  const vitest = await startVitest('test', filter, { ...options, watch: false, reporters: ['default', tally] });
  await vitest.close();
  console.log(tally.closingLine());
  // Vitest sets the exit code for what is no test's failure: an unhandled error, a file that does not load, no tests.
  process.exit(process.exitCode || (tally.failed > 0 ? 1 : 0));
}

try {
  ensureInstalled();
  ensureChrome();
  await runTests();
} catch (error) {
  console.error(`basin: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
