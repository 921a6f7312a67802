import type { Timings } from '#core';
import { Landscape } from '../landscape.js';
import { Korifi } from './korifi.js';

export type KorifiLandscape = Landscape<Korifi>;

/** Korifi in front of a gateway in front of every bundled backend; its catalog is read and open to all. */
export async function startKorifi(timings: Partial<Timings> = {}): Promise<KorifiLandscape> {
  const landscape = await Landscape.start('korifi', (login) => new Korifi(login), timings);
  await landscape.platform.synchronize();
  landscape.platform.enableAccess();
  return landscape;
}
