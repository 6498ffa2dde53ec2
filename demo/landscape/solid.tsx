// A ground in 3-D: the canvas, the hands that turn it, and the words around it.

import { effect, type Signal, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { theme } from '../view/colours.ts';
import { places } from '../view/format.ts';
import { clipFromWorld, eyeOf, FIRST_ORBIT, type Orbit, seenAt, turned, worldOf, zoomed } from './camera.ts';
import { giveUp } from './device.ts';
import { LEVELS } from './paint-map.ts';
import { groundColours, rgba } from './palette.ts';
import type { PictureProps } from './picture.tsx';
import type { Scale } from './relief.ts';
import { createRenderer, type Renderer } from './renderer.ts';
import { sceneOf } from './scene.ts';
import { createScreen, type Screen } from './screen.ts';

/** Where all grounds of the page are looked at from, so that they can be compared. */
export const orbit = signal<Orbit>(FIRST_ORBIT);

/** Radians of one press of a key, and of a drag over the whole canvas. */
const KEY_TURN = 0.12;
const DRAG_TURN = 4;
const KEY_ZOOM = 1.12;

const keys: Readonly<Record<string, (from: Orbit) => Orbit>> = {
  ArrowLeft: (from) => turned(from, -KEY_TURN, 0),
  ArrowRight: (from) => turned(from, KEY_TURN, 0),
  ArrowUp: (from) => turned(from, 0, KEY_TURN),
  ArrowDown: (from) => turned(from, 0, -KEY_TURN),
  '+': (from) => zoomed(from, 1 / KEY_ZOOM),
  '=': (from) => zoomed(from, 1 / KEY_ZOOM),
  '-': (from) => zoomed(from, KEY_ZOOM),
  Home: () => FIRST_ORBIT,
};

/** The same for a button each. */
export const turnings = [
  { label: 'Turn left', sign: '←', turn: keys.ArrowLeft! },
  { label: 'Turn right', sign: '→', turn: keys.ArrowRight! },
  { label: 'From higher up', sign: '↑', turn: keys.ArrowUp! },
  { label: 'From lower down', sign: '↓', turn: keys.ArrowDown! },
  { label: 'Nearer', sign: '+', turn: keys['+']! },
  { label: 'Further away', sign: '−', turn: keys['-']! },
  { label: 'As at first', sign: '⟲', turn: keys.Home! },
] as const;

function onKey(event: KeyboardEvent): void {
  const move = keys[event.key];
  if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  orbit.value = move(orbit.value);
}

/** Drags turn, two fingers zoom, and so does the wheel. Returns what takes the hands off again. */
function handle(canvas: HTMLCanvasElement): () => void {
  const fingers = new Map<number, readonly [number, number]>();
  const apart = () => {
    const [a, b] = [...fingers.values()];
    return a && b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : null;
  };
  const down = (event: PointerEvent) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
  };
  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const wide = apart();
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    const reach = DRAG_TURN / canvas.clientWidth;
    if (wide !== null) orbit.value = zoomed(orbit.value, wide / Math.max(1, apart()!));
    else orbit.value = turned(orbit.value, reach * (before[0] - event.clientX), reach * (event.clientY - before[1]));
  };
  const up = (event: PointerEvent) => fingers.delete(event.pointerId);
  const wheel = (event: WheelEvent) => {
    const next = zoomed(orbit.value, Math.exp(0.0015 * event.deltaY));
    if (next.distance === orbit.value.distance) return; // at the end of the zoom the page scrolls on
    event.preventDefault();
    orbit.value = next;
  };
  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, wheel } as const;
  for (const [name, listener] of Object.entries(listeners))
    canvas.addEventListener(name, listener as (event: Event) => void, { passive: false });
  return () => {
    for (const [name, listener] of Object.entries(listeners))
      canvas.removeEventListener(name, listener as (event: Event) => void);
  };
}

interface Painter {
  readonly renderer: Renderer;
  readonly screen: Screen;
}

/** Pictures of the device, on a canvas: after each change one, in the next frame, never two at a time. */
function usePicture({ ground, scale, looks }: PictureProps, device: GPUDevice, onMove: (matrix: Float32Array) => void) {
  const ref = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Signal<Painter | null>>(signal(null)).current;

  useEffect(() => {
    let isGone = false;
    createRenderer(device).then((renderer) => {
      if (isGone) renderer.dispose();
      else painter.value = { renderer, screen: createScreen(device) };
    }, giveUp);
    const letGo = handle(ref.current!);
    return () => {
      isGone = true;
      letGo();
      painter.value?.renderer.dispose();
      painter.value?.screen.dispose();
      painter.value = null;
    };
  }, [device, painter]);

  useEffect(() => {
    const canvas = ref.current!;
    let frame = 0;
    let isGone = false;
    let isBusy = false;
    const paint = async (now: Painter) => {
      const [width, height] = [canvas.clientWidth, canvas.clientHeight];
      if (width === 0 || height === 0) return;
      const matrix = clipFromWorld(orbit.value, width / height);
      const look = {
        clipFromWorld: matrix,
        eye: eyeOf(orbit.value),
        colours: groundColours(),
        levels: LEVELS,
        background: rgba('--card'),
      };
      const pixels = [width, height].map((length) => Math.round(length * devicePixelRatio)) as [number, number];
      const image = await now.screen.take(...pixels, (target) => now.renderer.draw(target, look));
      if (isGone) return;
      if (canvas.width !== pixels[0]) canvas.width = pixels[0];
      if (canvas.height !== pixels[1]) canvas.height = pixels[1];
      canvas.getContext('2d')!.putImageData(image, 0, 0);
      onMove(matrix);
    };
    const next = async () => {
      frame = 0;
      if (isBusy) return later();
      isBusy = true;
      const now = painter.value;
      // What is taken down in the middle of a picture has no device to complain of.
      if (now) await paint(now).catch((error: unknown) => isGone || giveUp(error));
      isBusy = false;
    };
    const later = () => {
      if (!isGone) frame ||= requestAnimationFrame(next);
    };
    const stopScene = effect(() => {
      theme.value;
      const colours = {
        paths: looks.map(({ stroke, dash = [] }) => ({ colour: rgba(stroke), dash })),
        halo: rgba('--path-halo'),
      };
      painter.value?.renderer.show(sceneOf(ground, scale, colours, devicePixelRatio));
      later();
    });
    const stopOrbit = effect(() => {
      orbit.value;
      later();
    });
    const observer = new ResizeObserver(later);
    observer.observe(canvas);
    return () => {
      isGone = true;
      cancelAnimationFrame(frame);
      observer.disconnect();
      stopScene();
      stopOrbit();
    };
  }, [ground, scale, looks, painter]);
  return ref;
}

interface Word {
  readonly text: string;
  readonly kind: 'tick' | 'title';
  /** Where it stands, given the corner at which the height is written. */
  place(corner: readonly [number, number]): readonly [number, number, number];
}

function wordsOf(scale: Scale): Word[] {
  const ticks = scale.ticks.map(
    ({ loss, height }): Word => ({
      text: places(loss),
      kind: 'tick',
      place: ([s, t]) => worldOf(s, t, height),
    }),
  );
  const title = scale.isLog ? 'loss, log scale' : 'loss';
  return [...ticks, { text: title, kind: 'title', place: ([s, t]) => worldOf(s, t, 1.14) }];
}

const CORNERS = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
] as const;

/** The corner furthest to the left, where words stand in nobody’s way. */
function leftCorner(matrix: Float32Array): readonly [number, number] {
  const left = ([s, t]: readonly [number, number]) => seenAt(matrix, worldOf(s, t, 0))[0];
  return CORNERS.reduce((best, corner) => (left(corner) < left(best) ? corner : best));
}

/** The nearer of two edges, a little in front of it. */
function edgePlace(matrix: Float32Array, axis: 'x' | 'y'): readonly [number, number] {
  const [one, other] = [-0.16, 1.16].map((side) =>
    seenAt(matrix, axis === 'x' ? worldOf(0.5, side, -0.2) : worldOf(side, 0.5, -0.2)),
  ) as [[number, number], [number, number]];
  return one[1] > other[1] ? one : other;
}

export function Solid({ device, ...props }: PictureProps & { readonly device: GPUDevice }) {
  const { scale, label } = props;
  const words = wordsOf(scale);
  const box = useRef<HTMLDivElement>(null);
  const stand = (word: Element, [x, y]: readonly [number, number]) => {
    const { style, classList } = word as HTMLElement;
    style.setProperty('--x', `${(100 * x).toFixed(2)}cqw`);
    style.setProperty('--y', `${(100 * y).toFixed(2)}cqh`);
    classList.toggle('left', x < 0.5);
  };
  const onMove = (matrix: Float32Array) => {
    const corner = leftCorner(matrix);
    const spans = [...box.current!.children];
    for (const [i, word] of words.entries()) stand(spans[i]!, seenAt(matrix, word.place(corner)));
    stand(spans[words.length]!, edgePlace(matrix, 'x'));
    stand(spans[words.length + 1]!, edgePlace(matrix, 'y'));
  };
  const ref = usePicture(props, device, onMove);
  return (
    <div
      class="ground-solid"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys turn it
      tabIndex={0}
      aria-label={`${label}: the loss in 3-D. Arrow keys turn it, plus and minus zoom, Home goes back.`}
      onKeyDown={onKey}
    >
      <canvas ref={ref} />
      <div class="ground-words" ref={box} aria-hidden="true">
        {words.map(({ text, kind }) => (
          <span key={text} class={`ground-word ${kind}`}>
            {text}
          </span>
        ))}
        <span class="ground-word axis">{props.axes[0]}</span>
        <span class="ground-word axis">{props.axes[1]}</span>
      </div>
    </div>
  );
}
