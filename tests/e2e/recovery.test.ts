// A GPU that goes away while the lab trains on it: the browser's GPU process is crashed, in a browser of its own.
import { expect, test } from 'vitest';
import { curve, figures, type Lab, openLab, press, rested, stepOf, visit, waitForStep } from './lab-page.ts';

async function crashGpu({ browser }: Lab): Promise<void> {
  const session = await browser.target().createCDPSession();
  await session.send('Browser.crashGpuProcess').catch(() => {}); // the answer may go down with it
  await session.detach();
}

/** The whole run of the regularization lesson on WebGPU, with something happening on the way. */
async function trained(lab: Lab, onTheWay: () => Promise<void>) {
  const { page, errors } = await visit(lab, '#1/initialization?more=0&backend=webgpu');
  await press(page, 'Start');
  await waitForStep(page, 2000);
  await onTheWay();
  await rested(page);
  const said = await page.$eval('footer [role="status"]', (each) => each.textContent);
  const result = { said, steps: await stepOf(page), curve: await curve(page, 'he'), errors };
  await page.close();
  return result;
}

const kept = (said: string | null) => Number(/kept at step ([\d,]+)/.exec(said ?? '')?.[1]?.replace(',', ''));

test('runs go on from where they were on a new device, with the curve of a run that was never interrupted', async () => {
  const lab = await openLab();
  const whole = await trained(lab, async () => {});
  const crashed = await trained(lab, () => crashGpu(lab));
  await lab.close();
  expect(whole.said).toBe('');
  expect(crashed.said).toMatch(
    /^The GPU was lost\. The runs were kept at step [\d,]+ and go on from there on a new device\./,
  );
  expect(kept(crashed.said)).toBeGreaterThan(0);
  expect(crashed.steps).toBe(15000);
  expect(crashed.curve).toEqual(whole.curve);
  expect(crashed.errors).toEqual([]);
});

test('groups with other batches go on together, each from its own step', async () => {
  const lab = await openLab();
  const optimizers = async (onTheWay: () => Promise<void>) => {
    const { page, errors } = await visit(lab, '#1/optimizers?epochs=200&backend=webgpu');
    const goTo = async (step: number) => {
      for (let next = (await stepOf(page)) + 5; next <= step; next += 5) {
        await press(page, '+5 steps');
        await waitForStep(page, next);
        await rested(page);
      }
    };
    await goTo(20);
    await onTheWay();
    await goTo(30);
    const said = await page.$eval('footer [role="status"]', (each) => each.textContent);
    const found = { losses: await figures(page, 'train-loss'), steps: await figures(page, 'steps') };
    await page.close();
    return { said, found, errors };
  };
  const whole = await optimizers(async () => {});
  const crashed = await optimizers(() => crashGpu(lab));
  await lab.close();
  expect(kept(crashed.said)).toBe(20);
  expect(crashed.found.steps).toEqual([6, 30, 30, 30, 30, 30]);
  expect(crashed.found).toEqual(whole.found);
  expect(crashed.errors).toEqual([]);
});

test('where no other device is to be had they go on on the CPU, and the points so far stay', async () => {
  const lab = await openLab();
  const { said, steps, curve } = await trained(lab, async () => {
    const [page] = (await lab.browser.pages()).slice(-1);
    for (const worker of page!.workers()) {
      await worker.evaluate(() => Object.assign(navigator.gpu, { requestAdapter: async () => null }));
    }
    await crashGpu(lab);
  });
  await lab.close();
  expect(said).toMatch(/and go on from there on the CPU\. What the device said: The GPU device was lost/);
  expect(kept(said)).toBeGreaterThan(0);
  expect(steps).toBe(15000);
  expect(curve.map(([step]) => step)).toEqual(Array.from({ length: 151 }, (_, i) => 100 * i)); // each point once
});
