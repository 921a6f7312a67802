import { z } from 'zod';
import { behaviourSchema } from './behaviour.js';

const milliseconds = z.number().int().min(0).max(86_400_000);
const text = z.string().min(1).max(255);

export const simulatorSettings = z.strictObject({
  serviceName: text.default('simulator').describe('Name of the offering; ids are made of it unless given.'),
  serviceId: text.optional().describe('Id of the offering. Default: `<serviceName>-service`.'),
  planIdPrefix: text.optional().describe('Plan ids are this and the name of the plan. Default: `<serviceName>-`.'),
  extraOfferings: z.number().int().min(0).max(10_000).default(0).describe('How many more offerings to publish.'),
  permissionsOffering: z
    .boolean()
    .default(false)
    .describe('Whether to publish one more offering, which announces every permission in `requires`.'),
  asyncDurationMs: milliseconds.default(2_000).describe('How long operations of asynchronous plans take.'),
  slowDelayMs: milliseconds.default(5_000).describe('How long each call of the plan `slow` takes.'),
  capabilities: z
    .strictObject({
      cancelCreate: z.boolean(),
      parallelBindings: z.boolean(),
      dashboardUrlUpFront: z.boolean(),
      sharedCredentials: z.boolean(),
      fetchInstance: z.boolean(),
      fetchBinding: z.boolean(),
    })
    .partial()
    .default({})
    .describe('Capabilities that differ from the default: all but sharedCredentials. Without parallelBindings it refuses binds and unbinds of an instance that overlap.'),
  catalog: behaviourSchema
    .omit({ async: true, credentials: true })
    .optional()
    .describe('How reading the catalog behaves; `answer` replaces its members.'),
  stateFile: z.string().min(1).optional().describe('A file that keeps what exists over a restart.'),
});

export type SimulatorSettings = z.infer<typeof simulatorSettings>;
/** The settings as an operator writes them: all optional. */
export type SimulatorSettingsInput = z.input<typeof simulatorSettings>;
