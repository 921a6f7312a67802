import type { BindingResult } from '#sdk';
import { isObject } from '../is-object.js';

/** Why a platform would refuse what a bind gave, and unbind it again; nothing where it would not (OSB 2.17, Binding). */
export function bindingProblem({ credentials, routeServiceUrl, volumeMounts = [] }: BindingResult): string | undefined {
  if (credentials !== undefined && !isObject(credentials.value)) return 'credentials that are not a JSON object';
  if (routeServiceUrl !== undefined && !isRoute(routeServiceUrl)) return 'a route_service_url that is not an https address';
  if (!volumeMounts.every(isMount)) return 'volume_mounts without all of driver, container_dir, mode (r or rw), device_type and device';
  return undefined;
}

/** More than any platform keeps. */
const MAX_URL_CHARACTERS = 2_048;

const isRoute = (url: unknown): boolean => typeof url === 'string' && url.length <= MAX_URL_CHARACTERS && URL.canParse(url) && new URL(url).protocol === 'https:';

function isMount(mount: unknown): boolean {
  if (!isObject(mount)) return false;
  const { driver, container_dir: folder, mode, device_type: type, device } = mount as Record<string, unknown>;
  const isWhole = [driver, folder, type].every((each) => typeof each === 'string') && isObject(device);
  return isWhole && (mode === 'r' || mode === 'rw');
}
