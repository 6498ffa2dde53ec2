// The shapes that stand for classes beside their colours. Geometry alone: canvases and SVG draw them.

/** A regular polygon: corners, their distance in radii, and where the first one is, in parts of a turn from the top. */
interface Polygon {
  readonly corners: number;
  readonly reach: number;
  readonly from: number;
}

/** One for each of the class colours; null is round. */
const SHAPES: readonly (Polygon | null)[] = [
  null,
  { corners: 4, reach: 1.25, from: 0 },
  { corners: 3, reach: 1.35, from: 0 },
  { corners: 4, reach: 1.25, from: 1 / 8 },
  { corners: 3, reach: 1.35, from: 1 / 2 },
  { corners: 6, reach: 1.15, from: 0 },
];

/** Classes that have a colour and a shape of their own; more begin again. */
export const LOOKS = SHAPES.length;

/** Null: a circle of this radius. */
export function cornersOf(label: number, x: number, y: number, radius: number): [number, number][] | null {
  const shape = SHAPES[label % LOOKS]!;
  if (shape === null) return null;
  const { corners, reach, from } = shape;
  return Array.from({ length: corners }, (_, i) => {
    const angle = 2 * Math.PI * (from + i / corners);
    return [x + reach * radius * Math.sin(angle), y - reach * radius * Math.cos(angle)];
  });
}
