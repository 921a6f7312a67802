import { z } from 'zod';
import { maintenanceInfo, optionalObject, optionalText, requiredText } from '../request/fields.js';

/** Body of PUT /v2/service_instances/:instance_id. */
export const provisionBody = z.object({
  service_id: requiredText,
  plan_id: requiredText,
  organization_guid: requiredText,
  space_guid: requiredText,
  context: optionalObject,
  parameters: optionalObject,
  maintenance_info: maintenanceInfo,
});

/** Body of PATCH /v2/service_instances/:instance_id. `previous_values` only informs: whatever it holds decides nothing. */
export const updateBody = z.object({
  service_id: requiredText,
  plan_id: optionalText,
  context: optionalObject,
  parameters: optionalObject,
  maintenance_info: maintenanceInfo,
  previous_values: optionalObject,
});
