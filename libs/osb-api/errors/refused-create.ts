import type { FastifyRequest } from 'fastify';
import type { ResourceName } from '#core';
import type { PlatformRef } from '#sdk';
import { acceptsIncomplete, type Query } from '../request/query.js';

/** A create or bind that accepts 202, by its platform and name. */
export interface RefusedCreate {
  readonly platform: PlatformRef;
  readonly name: Omit<ResourceName, 'platformId'>;
}

/** What was to be created by this request; undefined where it is no such request, or has no name that can be kept. */
export function createOf({ method, principal, params, query }: FastifyRequest): RefusedCreate | undefined {
  const { instance_id: instanceId, binding_id: bindingId } = (params ?? {}) as Readonly<Record<string, string | undefined>>;
  if (method !== 'PUT' || principal?.kind !== 'platform' || !isId(instanceId) || !acceptsIncomplete(query as Query)) return undefined;
  if (bindingId === undefined) return { platform: principal.platform, name: { instanceId } };
  return isId(bindingId) ? { platform: principal.platform, name: { instanceId, bindingId } } : undefined;
}

const MAX_ID_LENGTH = 1_024;

const isId = (id: string | undefined): id is string =>
  id !== undefined && id !== '' && id.length <= MAX_ID_LENGTH && !id.includes('\0');
