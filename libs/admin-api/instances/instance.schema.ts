import { z } from 'zod';
import { LIFE_TRANSITIONS, type InstanceFilter, type InstanceLine, type LifeState } from '#core';
import { lastOperation } from '../operations/operation.schema.js';
import { oneOf, searchText, time, type ShapeOf } from '../request/fields.js';
import { listQuery, pageOf } from '../request/page.js';
import { platformKind } from '../platforms/platform.schema.js';

export const lifeState = oneOf<LifeState>(LIFE_TRANSITIONS);

/** Query of GET /admin/v1/instances. */
export const instanceQuery = listQuery({
  platform: searchText.exactOptional().describe('Name of a platform.'),
  backend: searchText.exactOptional().describe('Name of a backend.'),
  instanceId: searchText.exactOptional(),
  serviceId: searchText.exactOptional(),
  planId: searchText.exactOptional(),
  state: lifeState.exactOptional(),
} satisfies ShapeOf<InstanceFilter>);

const instanceLine = z
  .strictObject({
    incarnation: z.string().describe('One life of the instance: a new one each time its id is created.'),
    instanceId: z.string(),
    platform: z.string(),
    platformKind,
    backend: z.string(),
    backendInstanceId: z.string(),
    serviceId: z.string(),
    planId: z.string(),
    organizationGuid: z.string(),
    spaceGuid: z.string(),
    state: lifeState,
    dashboardUrl: z.string().exactOptional(),
    maintenanceVersion: z.string().exactOptional(),
    createdAt: time,
    updatedAt: time,
    deletedAt: time.exactOptional(),
    lastOperation,
  } satisfies ShapeOf<InstanceLine>)
  .meta({ id: 'Instance' });

export const instancePage = pageOf(instanceLine, 'Instances');
