import { z } from 'zod';
import { optionalObject, optionalText, text } from '../request/fields.js';

const bindResource = z
  .object({ app_guid: z.string('must be a string').nullish(), route: z.string('must be a string').nullish() }, 'must be an object')
  .nullish();

/**
 * Body of PUT …/service_bindings/:binding_id. A rotation (OSB 2.17) may name only its predecessor: it stands for service
 * and plan.
 */
export const bindBody = z
  .object({
    service_id: optionalText,
    plan_id: optionalText,
    predecessor_binding_id: optionalText,
    app_guid: text.nullish(),
    bind_resource: bindResource,
    context: optionalObject,
    parameters: optionalObject,
  })
  .superRefine((body, context) => {
    if (body.predecessor_binding_id !== undefined) return;
    for (const name of ['service_id', 'plan_id'] as const) {
      if (body[name] === undefined) context.addIssue({ code: 'custom', path: [name], message: 'is required' });
    }
  });
