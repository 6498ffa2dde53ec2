// The GPU device that the page draws with: one for all pictures. Training has its own, in its worker.

import { signal } from '@preact/signals';

/** `null` until it is known whether there is one. */
export type Graphics = { readonly device: GPUDevice } | { readonly why: string } | null;

export const graphics = signal<Graphics>(null);
let opening = false;

/** Asks for a device, unless there is one. */
export async function openGraphics(): Promise<void> {
  if (opening || (graphics.value && 'device' in graphics.value)) return;
  opening = true;
  try {
    graphics.value = { device: await openDevice() };
  } catch (error) {
    graphics.value = { why: error instanceof Error ? error.message : String(error) };
  }
  opening = false;
}

/** The device refuses to draw: the map goes on without it. */
export function giveUp(error: unknown): void {
  if (!graphics.value || 'why' in graphics.value) return;
  const said = error instanceof Error ? error.message : String(error);
  graphics.value = { why: `The graphics device refused to draw, so the ground is drawn as a map. It said: ${said}` };
}

async function openDevice(): Promise<GPUDevice> {
  if (!navigator.gpu) throw new Error('This browser has no WebGPU, so the ground is drawn as a map.');
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('WebGPU finds no adapter here, so the ground is drawn as a map.');
  const device = await adapter.requestDevice();
  device.lost.then(({ message }) => {
    graphics.value = { why: `The graphics device was lost, so the ground is drawn as a map. It said: ${message}` };
  });
  return device;
}
