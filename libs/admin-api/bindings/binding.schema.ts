import { z } from 'zod';
import type { BindingFilter, BindingLine } from '#core';
import { lifeState } from '../instances/instance.schema.js';
import { lastOperation } from '../operations/operation.schema.js';
import { searchText, time, type ShapeOf } from '../request/fields.js';
import { listQuery, pageOf } from '../request/page.js';

/** Query of GET /admin/v1/bindings. */
export const bindingQuery = listQuery({
  platform: searchText.exactOptional().describe('Name of a platform.'),
  backend: searchText.exactOptional().describe('Name of a backend.'),
  instanceId: searchText.exactOptional(),
  bindingId: searchText.exactOptional(),
  state: lifeState.exactOptional(),
} satisfies ShapeOf<BindingFilter>);

const bindingLine = z
  .strictObject({
    incarnation: z.string().describe('One life of the binding: a new one each time its id is created.'),
    bindingId: z.string(),
    instanceId: z.string(),
    platform: z.string(),
    backend: z.string(),
    state: lifeState,
    appGuid: z.string().exactOptional(),
    predecessorBindingId: z.string().exactOptional(),
    expiresAt: z.string().exactOptional(),
    createdAt: time,
    deletedAt: time.exactOptional(),
    lastOperation,
  } satisfies ShapeOf<BindingLine>)
  .meta({ id: 'Binding' });

export const bindingPage = pageOf(bindingLine, 'Bindings');
