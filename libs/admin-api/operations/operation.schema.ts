import { z } from 'zod';
import {
  OPERATION_TRANSITIONS,
  type LastOperation,
  type OperationFilter,
  type OperationInitiator,
  type OperationLine,
  type OperationState,
  type OperationStep,
} from '#core';
import type { OperationKind } from '#sdk';
import { oneOf, searchText, time, type ShapeOf } from '../request/fields.js';
import { listQuery, pageOf } from '../request/page.js';

const kind = oneOf<OperationKind>({ provision: true, update: true, deprovision: true, bind: true, unbind: true });
const state = oneOf<OperationState>(OPERATION_TRANSITIONS);
const initiator = oneOf<OperationInitiator>({ platform: true, gateway: true }).describe(
  'gateway: a clean-up after a create whose outcome is failed or unknown.',
);

/** The newest operation of a line of another list. */
export const lastOperation = z
  .strictObject({ id: z.string(), kind, state, createdAt: time } satisfies ShapeOf<LastOperation>)
  .meta({ id: 'LastOperation' })
  .exactOptional()
  .describe('Its newest operation, running or ended; GET /admin/v1/operations?id=… tells more. Absent when it is not kept any more.');

/** Query of GET /admin/v1/operations. */
export const operationQuery = listQuery({
  id: searchText.exactOptional(),
  platform: searchText.exactOptional().describe('Name of a platform.'),
  backend: searchText.exactOptional().describe('Name of a backend.'),
  instanceId: searchText.exactOptional(),
  kind: kind.exactOptional(),
  state: state.exactOptional(),
  initiator: initiator.exactOptional(),
  parked: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .exactOptional()
    .describe('Clean-ups that were given up and wait for operators; or all others.'),
} satisfies ShapeOf<OperationFilter>);

/** Body of POST /admin/v1/operations/{id}/give-up. */
export const giveUpBody = z.strictObject({
  reason: z.string().trim().min(1).max(1024).describe('Why, for the audit trail and for the platform that asks about it.'),
});

export const operationLine = z
  .strictObject({
    id: z.string(),
    kind,
    initiator,
    state,
    step: oneOf<OperationStep>({ send: true, poll: true }).describe('What is done next while it runs.'),
    platform: z.string(),
    backend: z.string(),
    instanceId: z.string(),
    bindingId: z.string().exactOptional(),
    attempts: z.int().min(0),
    epoch: z.int().min(0).describe('Rises each time a gateway process takes it.'),
    leasedBy: z.string().exactOptional().describe('The gateway process that works on it.'),
    leasedUntil: time.exactOptional(),
    nextAttemptAt: time.exactOptional(),
    ceilingAt: time.describe('When it is given up.'),
    parkedAt: time.exactOptional().describe('Since when it waits for operators.'),
    errorCode: z.string().exactOptional(),
    description: z.string().exactOptional(),
    lastCause: z
      .string()
      .exactOptional()
      .describe('What the backend answered or threw last, without secrets and addresses, at most 1,000 characters. Platforms are never told.'),
    requestId: z.string().exactOptional().describe('As the log has it.'),
    createdAt: time,
    finishedAt: time.exactOptional(),
  } satisfies ShapeOf<OperationLine>)
  .meta({ id: 'Operation' });

export const operationPage = pageOf(operationLine, 'Operations');
