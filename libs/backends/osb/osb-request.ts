import { BrokerError, type BindingRef, type Call, type InstanceRef, type RawJson } from '#sdk';
import type { OsbSettings } from './settings.js';

export function instancePath({ instanceId }: InstanceRef): string {
  return `/v2/service_instances/${segment(instanceId, 'instance')}`;
}

export function bindingPath(ref: BindingRef): string {
  return `${instancePath(ref)}/service_bindings/${segment(ref.bindingId, 'binding')}`;
}

/** Blanks become %20, never `+`: not every broker reads a query as a form. Absent and empty values are left out. */
export function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(parameters)
    .filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** A JSON object in which raw members keep their bytes. */
export function jsonObject(members: Readonly<Record<string, string | RawJson | undefined>>): string {
  const pairs = Object.entries(members)
    .filter((pair): pair is [string, string | RawJson] => pair[1] !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? JSON.stringify(value) : value.raw}`);
  return `{${pairs.join(',')}}`;
}

/** Headers of every request to this broker; the client adds who the gateway is. */
export function brokerHeaders({ apiVersion }: OsbSettings): Record<string, string> {
  return { 'X-Broker-API-Version': apiVersion, Accept: 'application/json' };
}

/** Headers of the request that caused the call. A value no header can carry is left out: the call goes on. */
export function callHeaders({ originatingIdentity, requestIdentity, apiInfoLocation }: Call): Record<string, string> {
  return {
    ...headerIfSafe('X-Broker-API-Originating-Identity', originatingIdentity),
    ...headerIfSafe('X-Broker-API-Request-Identity', requestIdentity),
    ...headerIfSafe('X-Api-Info-Location', apiInfoLocation),
  };
}

function headerIfSafe(name: string, value: string | undefined): Record<string, string> {
  return value !== undefined && /^[\t\x20-\x7e\x80-\xff]+$/.test(value) ? { [name]: value } : {};
}

function segment(id: string, kind: string): string {
  // A dot segment would be resolved on the way and address another resource.
  if (id === '' || id === '.' || id === '..' || !id.isWellFormed()) {
    throw new BrokerError('BadRequest', `the ${kind} id cannot be part of a URL`);
  }
  return encodeURIComponent(id);
}
