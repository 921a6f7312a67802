import type { IncomingHttpHeaders } from 'node:http';
import { BrokerError, parseRawObject, type RawJson } from '#sdk';
import { z, type ZodType } from 'zod';

/** A request as it came over the wire; the body is read, nothing is decoded. */
export interface ReceivedRequest {
  /** ISO 8601. */
  readonly at: string;
  readonly method: string;
  /** Path and query, not decoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The status that was sent; absent while unanswered, or when the connection was closed instead. */
  status?: number;
  /** When the broker was through with it, whether or not anybody got the answer; ISO 8601. */
  endedAt?: string;
}

/** A received request with its route resolved. */
export interface OsbRequest {
  readonly instanceId: string;
  readonly bindingId: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const id = z.string().min(1);
const object = z.record(z.string(), z.unknown()).nullish();
const maintenanceInfo = z.looseObject({ version: z.string().optional() }).nullish();

export const provisionBody = z.looseObject({
  service_id: id,
  plan_id: id,
  organization_guid: id,
  space_guid: id,
  parameters: object,
  context: object,
  maintenance_info: maintenanceInfo,
});

export const updateBody = z.looseObject({
  service_id: id,
  plan_id: id.nullish(),
  parameters: object,
  context: object,
  previous_values: object,
  maintenance_info: maintenanceInfo,
});

/** A rotation may name its predecessor only. */
export const bindBody = z
  .looseObject({
    service_id: id.optional(),
    plan_id: id.optional(),
    app_guid: id.nullish(),
    bind_resource: object,
    parameters: object,
    context: object,
    predecessor_binding_id: id.nullish(),
  })
  .refine(
    (body) => Boolean(body.predecessor_binding_id) || Boolean(body.service_id && body.plan_id),
    'service_id and plan_id are required',
  );

/** Gives a member of a body with its bytes; undefined when it is absent or null. */
export type Member = (name: string) => RawJson | undefined;

/** The body by its schema, and its members with their bytes. */
export function parseBody<T>(request: OsbRequest, schema: ZodType<T>): { value: T; member: Member } {
  const body = parseRawObject(request.body);
  const parsed = schema.safeParse(body.value);
  if (!parsed.success) throw new BrokerError('BadRequest', `The body: ${z.prettifyError(parsed.error)}`);
  return { value: parsed.data, member: (name) => body.member(name) };
}

/** A query parameter that may be left out, but not be empty or repeated. */
export function optionalQuery({ query }: OsbRequest, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1 || values[0] === '') {
    throw new BrokerError('BadRequest', `The query parameter ${name} must have one value.`);
  }
  return values[0];
}

export function requiredQuery(request: OsbRequest, name: string): string {
  const value = optionalQuery(request, name);
  if (value === undefined) throw new BrokerError('BadRequest', `The query parameter ${name} is required.`);
  return value;
}

/** Said more than once it counts only where all agree. */
export function acceptsIncomplete({ query }: OsbRequest): boolean {
  const said = query.getAll('accepts_incomplete');
  return said.length > 0 && said.every((word) => word === 'true');
}
