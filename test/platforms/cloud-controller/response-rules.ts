import type { JsonBody } from '../../support/http-client.js';

const LONGEST_OPERATION = 10_000;

/** Each gives what is wrong with the body of a success, if anything. A null is of no type but its own. */
export function instanceComplaint(body: JsonBody): string | undefined {
  const { operation, metadata, dashboard_url: dashboard } = body;
  if (operation !== undefined && !isOperation(operation)) return 'operation is no string of up to 10,000 characters';
  if (metadata !== undefined && !isObject(metadata)) return 'metadata is no object';
  if (!isOneOf(dashboard, 'string') && dashboard !== null) return 'dashboard_url is no string';
  return undefined;
}

export function bindingComplaint(body: JsonBody): string | undefined {
  const { operation, metadata, credentials, volume_mounts: mounts } = body;
  if (operation !== undefined && !isOperation(operation)) return 'operation is no string of up to 10,000 characters';
  if (metadata !== undefined && !isObject(metadata)) return 'metadata is no object';
  if (credentials !== undefined && credentials !== null && !isObject(credentials)) return 'credentials are no object';
  return mountsComplaint(mounts ?? undefined);
}

export function fetchedInstanceComplaint(body: JsonBody): string | undefined {
  const { dashboard_url: dashboard, parameters } = body;
  if (!isOneOf(dashboard, 'string')) return 'dashboard_url is no string';
  if (parameters !== undefined && !isObject(parameters)) return 'parameters are no object';
  return undefined;
}

export function fetchedBindingComplaint(body: JsonBody): string | undefined {
  const { parameters, credentials, syslog_drain_url: drain, route_service_url: route, volume_mounts: mounts } = body;
  if (!isOneOf(drain, 'string') || !isOneOf(route, 'string')) return 'an address is no string';
  for (const value of [parameters, credentials]) if (value !== undefined && !isObject(value)) return 'not an object';
  return mountsComplaint(mounts);
}

export function isRouteService(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' && hostname !== '';
}

function mountsComplaint(mounts: unknown): string | undefined {
  if (mounts === undefined) return undefined;
  if (!Array.isArray(mounts)) return 'volume_mounts are no list';
  const isWhole = mounts.every((mount: JsonBody) => {
    if (!isObject(mount)) return false;
    const { driver, container_dir: folder, mode, device_type: type, device } = mount;
    return [driver, folder, type].every((text) => typeof text === 'string') && /^rw?$/.test(String(mode)) && isObject(device);
  });
  return isWhole ? undefined : 'a volume mount is not whole';
}

function isOperation(value: unknown): boolean {
  return typeof value === 'string' && value.length <= LONGEST_OPERATION;
}

export function isObject(value: unknown): value is Record<string, JsonBody> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOneOf(value: unknown, type: 'string'): boolean {
  return value === undefined || typeof value === type;
}
