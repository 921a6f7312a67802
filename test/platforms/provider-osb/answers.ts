import type { JsonBody } from '../../support/http-client.js';
import type { WireReply } from '../exchange.js';
import { decode, type GoType } from '../go-json.js';

/** What its client library makes of an answer it does not like; without a status when none came. */
export class OsbError extends Error {
  override readonly name = 'OsbError';

  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }

  /** For the provider, 404 is as good as 410. */
  get isGone(): boolean {
    return this.status === 404 || this.status === 410;
  }
}

const METADATA: GoType = { labels: 'map', attributes: 'map' };

export const INSTANCE: GoType = { dashboard_url: 'string', metadata: METADATA, operation: 'string' };
export const FETCHED_INSTANCE: GoType = { service_id: 'string', plan_id: 'string', dashboard_url: 'string', metadata: METADATA, parameters: 'map' };
export const OPERATION: GoType = { operation: 'string' };
export const LAST_OPERATION: GoType = { state: 'string', description: 'string' };

const MOUNT: GoType = {
  driver: 'string',
  container_dir: 'string',
  mode: 'string',
  device_type: 'string',
  device: { volume_id: 'string', mount_config: 'map' },
};

/** Ports are numbers for it, though the specification has them as texts. */
export const BINDING: GoType = {
  credentials: 'map',
  syslog_drain_url: 'string',
  route_service_url: 'string',
  volume_mounts: [MOUNT],
  endpoints: [{ host: 'string', ports: ['uint16'], protocol: 'string' }],
  metadata: { expires_at: 'string', renew_before: 'string' },
  parameters: 'map',
  operation: 'string',
};

export interface Reading {
  /** What counts as an answer. */
  readonly statuses: readonly number[];
  /** Of a body; nobody looks at the body of what has none. */
  readonly type?: GoType | undefined;
}

/** @throws OsbError for another status, and for a body that Go cannot read */
export function read(reply: WireReply, { statuses, type }: Reading): { readonly status: number; readonly body: JsonBody } {
  if (reply.kind !== 'answered') throw new OsbError(reply.kind);
  const { status, text } = reply;
  if (!statuses.includes(status)) throw new OsbError(failure(status, text), status);
  if (!type) return { status, body: {} };
  const result = decode(text, type);
  if ('error' in result) throw new OsbError(`Status: ${status}; ErrorMessage: <nil>; Description: <nil>; ResponseError: ${result.error}`, status);
  return { status, body: result.value };
}

function failure(status: number, text: string): string {
  const result = decode(text, 'map');
  if ('error' in result) return `Status: ${status}; ErrorMessage: <nil>; Description: <nil>; ResponseError: ${result.error}`;
  const { error, description } = result.value;
  return `Status: ${status}; ErrorMessage: ${error ?? '<nil>'}; Description: ${description ?? '<nil>'}; ResponseError: <nil>`;
}
