import { expectThat } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';
import { isObject } from './well-formed.js';

/** What a bind may give only where the service announces the permission in `requires`. */
export const GATED = {
  syslog_drain: 'syslog_drain_url',
  route_forwarding: 'route_service_url',
  volume_mount: 'volume_mounts',
} as const;

const PORTS = /^\d{1,5}(-\d{1,5})?$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/;

/** The elements of a member that is a list of objects. */
function elementsOf(answer: Answer, member: string): readonly JsonObject[] {
  const list = answer.body[member];
  expectThat(Array.isArray(list) && list.every(isObject), `${answer.story}; expected ${member} to be a list of objects`);
  return list;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function expectEach(answer: Answer, member: string, holds: (element: JsonObject) => boolean, what: string): void {
  for (const element of elementsOf(answer, member)) {
    expectThat(holds(element), `${answer.story}; expected ${what} in ${JSON.stringify(element)}`);
  }
}

export function expectMounts(answer: Answer): void {
  const names = ['driver', 'container_dir', 'mode', 'device_type'];
  const whole = (mount: JsonObject): boolean => names.every((name) => isText(mount[name])) && isObject(mount['device']);
  expectEach(answer, 'volume_mounts', whole, `${names.join(', ')} and device`);
}

export function expectModes(answer: Answer): void {
  const known = ({ mode, device_type: type }: JsonObject): boolean => (mode === 'r' || mode === 'rw') && type === 'shared';
  expectEach(answer, 'volume_mounts', known, 'the mode r or rw and the device_type shared');
}

export function expectDevices(answer: Answer): void {
  const named = ({ device }: JsonObject): boolean =>
    isObject(device) && isText(device['volume_id']) && (device['mount_config'] === undefined || isObject(device['mount_config']));
  expectEach(answer, 'volume_mounts', named, 'a device with a volume_id, and a mount_config that is an object');
}

export function expectAddresses(answer: Answer): void {
  const addressed = ({ host, ports }: JsonObject): boolean =>
    isText(host) && Array.isArray(ports) && ports.length > 0 && ports.every((port) => typeof port === 'string' && PORTS.test(port));
  expectEach(answer, 'endpoints', addressed, 'a host and ports as texts');
}

export function expectProtocols(answer: Answer): void {
  const known = ({ protocol = 'tcp' }: JsonObject): boolean => protocol === 'tcp' || protocol === 'udp' || protocol === 'all';
  expectEach(answer, 'endpoints', known, 'the protocol tcp, udp or all');
}

/** A member of the metadata that is there is a moment in UTC; gives it. */
export function expectMoment(answer: Answer, member: string): number | undefined {
  const { metadata } = answer.body;
  expectThat(isObject(metadata), `${answer.story}; expected metadata to be an object`);
  const value = metadata[member];
  if (value === undefined) return undefined;
  const moment = typeof value === 'string' && MOMENT.test(value) ? Date.parse(value) : Number.NaN;
  expectThat(!Number.isNaN(moment), `${answer.story}; expected ${member} like 2030-12-31T23:59:59.0Z`);
  return moment;
}

/** It does not renew later than it expires. */
export function expectRenewal(answer: Answer): void {
  const [renewal, expiry] = [expectMoment(answer, 'renew_before'), expectMoment(answer, 'expires_at')];
  if (renewal === undefined || expiry === undefined) return;
  expectThat(renewal <= expiry, `${answer.story}; expected renew_before no later than expires_at`);
}

/** Every text in a JSON value. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
