import type { Timings } from '#core';
import { Landscape } from '../landscape.js';
import { CloudController, type CloudControllerOptions } from './cloud-controller.js';

export type FoundationLandscape = Landscape<CloudController>;

/** Cloud Foundry in front of a gateway in front of every bundled backend; its catalog is read and open to all. */
export async function startFoundation(options: Partial<CloudControllerOptions> = {}, timings: Partial<Timings> = {}): Promise<FoundationLandscape> {
  const landscape = await Landscape.start('cloudfoundry', (login) => new CloudController({ ...login, ...options }), timings);
  await landscape.platform.synchronize();
  landscape.platform.enableAccess();
  return landscape;
}
