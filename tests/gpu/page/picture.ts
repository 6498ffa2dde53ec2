// The lab's 3-D picture, drawn into a texture of this page's device and read back.
import { clipFromWorld, eyeOf, FIRST_ORBIT, type Orbit } from '../../../demo/landscape/camera.ts';
import { scaleOf } from '../../../demo/landscape/relief.ts';
import { createRenderer, type Rgba } from '../../../demo/landscape/renderer.ts';
import { sceneOf } from '../../../demo/landscape/scene.ts';
import { createScreen } from '../../../demo/landscape/screen.ts';
import type { Ground } from '../../../demo/training/protocol.ts';

export const WIDTH = 320;
export const HEIGHT = 240;

/** Pure colours, so that each part of the picture can be told by its pixels. */
const GREEN: Rgba[] = [0.2, 0.35, 0.5, 0.65, 0.8, 0.95].map((green) => [0, green, 0, 1]);
const WALL: Rgba = [0, 0, 1, 1];
const PATH: Rgba = [1, 0, 0, 1];
const WHITE: Rgba = [1, 1, 1, 1];

/** RGBA bytes of one picture for each orbit, all drawn by one renderer. */
export async function pictures(ground: Ground, turns: readonly Partial<Orbit>[]): Promise<Uint8Array[]> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  const failures: string[] = [];
  device.onuncapturederror = ({ error }) => failures.push(error.message);
  const renderer = await createRenderer(device);
  const screen = createScreen(device);
  renderer.show(sceneOf(ground, scaleOf([ground]), { paths: [{ colour: PATH, dash: [] }], halo: WHITE }, 1));
  const all: Uint8Array[] = [];
  for (const turn of turns) {
    const orbit = { ...FIRST_ORBIT, ...turn };
    const look = {
      clipFromWorld: clipFromWorld(orbit, WIDTH / HEIGHT),
      eye: eyeOf(orbit),
      colours: [...GREEN, WALL],
      levels: 10,
      background: WHITE,
    };
    const { data } = await screen.take(WIDTH, HEIGHT, (target) => renderer.draw(target, look));
    all.push(Uint8Array.from(data));
  }
  renderer.dispose();
  screen.dispose();
  device.destroy();
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return all;
}
