import { z } from 'zod';
import type { Backend, BackendPolicy, BackendState, CatalogFinding, GuardState, LeftOut, PlanPolicy, RetryBounds, SchemaEnforcement, Vanished } from '#core';
import { anyObject, oneOf, time, type ShapeOf } from '../request/fields.js';
import { platformKind } from '../platforms/platform.schema.js';

const settings = anyObject.describe('As GET /admin/v1/backend-types says for this type.');

const schemaEnforcement = oneOf<SchemaEnforcement>({ enforce: true, warn: true, off: true }).exactOptional();

const planPolicy = {
  bridgeSync: z
    .boolean()
    .exactOptional()
    .describe('Whether a request without accepts_incomplete is served by waiting (default), or only if the backend completes it at once.'),
  schemaEnforcement: schemaEnforcement.describe('For this plan instead of that of the backend.'),
} satisfies ShapeOf<PlanPolicy>;

const planPolicies = z
  .record(
    z.string().min(1),
    z.strictObject(planPolicy).refine((decided) => Object.keys(decided).length > 0, 'decides nothing; it takes bridgeSync, schemaEnforcement'),
  )
  .describe(
    'What operators decide for single plans: `{"<plan id>": {"bridgeSync": false, "schemaEnforcement": "warn"}}` does not wait for asynchronous work on behalf of requests without accepts_incomplete, and passes on parameters that do not match the schema.',
  );

const pauseMs = z.int().min(100).max(3_600_000);

const policy = z
  .strictObject({
    promoteAfterMs: z
      .int()
      .min(0)
      .max(50_000)
      .exactOptional()
      .describe('After this a slow call is answered 202 where the platform takes it. Default 10,000.'),
    mostCalls: z.int().min(1).max(1024).exactOptional().describe('Calls under way at once in one gateway process. Default 64.'),
    parallelBindings: z
      .boolean()
      .exactOptional()
      .describe('Whether bindings of one instance are worked on side by side (default), or one at a time, for backends that break down otherwise.'),
    unbindBeforeDeprovision: z
      .boolean()
      .exactOptional()
      .describe('Whether bindings that are left are unbound before their instance is deprovisioned (default). False only where the backend declares that deprovisioning revokes them.'),
    firstPollMs: pauseMs
      .exactOptional()
      .describe('First pause between two polls, and before a mutation is sent again. 100 to 3,600,000; default 1,000.'),
    longestPollMs: pauseMs.exactOptional().describe('Longest pause between two polls. 100 to 3,600,000; default 30,000.'),
    longestRetryMs: pauseMs
      .exactOptional()
      .describe('Longest pause before a mutation is sent again, of clean-ups above all. 100 to 3,600,000; default 600,000.'),
    keepInvalidMetadata: z
      .boolean()
      .exactOptional()
      .describe('Publishes members of metadata that are of another type than platforms expect, which are left out otherwise (default).'),
    schemaEnforcement: schemaEnforcement.describe(
      'Parameters that do not match the schema of their plan are refused (enforce, the default), passed on with a warning in the log (warn), or not checked (off).',
    ),
  } satisfies ShapeOf<BackendPolicy>)
  .refine(isInOrder('longestPollMs'), { path: ['longestPollMs'], error: 'must be at least firstPollMs' })
  .refine(isInOrder('longestRetryMs'), { path: ['longestRetryMs'], error: 'must be at least firstPollMs' })
  .describe('How the gateway treats this backend.');

function isInOrder(longest: 'longestPollMs' | 'longestRetryMs') {
  return ({ firstPollMs = 0, [longest]: longestMs = Infinity }: BackendPolicy): boolean => firstPollMs <= longestMs;
}

const retries = z
  .strictObject({
    firstPollMs: z.int(),
    longestPollMs: z.int(),
    longestRetryMs: z.int(),
    longestRetryAfterMs: z.int().describe('A Retry-After of the backend is obeyed from firstPollMs up to this.'),
  } satisfies ShapeOf<RetryBounds>)
  .describe('The pauses towards it as they are now, by its policy or by default; without a Retry-After with a jitter of 20 %.');

const calls = z.strictObject({
  breaker: oneOf<GuardState['breaker']>({ closed: true, open: true, 'half-open': true }).describe(
    'open: it failed five times in a row and is not called for a while.',
  ),
  callsUnderWay: z.int().min(0),
  mostCalls: z.int().min(1),
} satisfies ShapeOf<GuardState>);

/** Body of POST /admin/v1/backends. */
export const registerBody = z
  .strictObject({
    name: z.string().describe('1 to 63 lower-case letters, digits and dashes, with no dash at either end.'),
    type: z.string().min(1).describe('One of GET /admin/v1/backend-types.'),
    settings,
    enabled: z.boolean().default(true).describe('Whether its offerings are put into the catalog at once.'),
    policy: policy.exactOptional(),
    planPolicies: planPolicies.exactOptional(),
  })
  .meta({ id: 'NewBackend' });

/** Body of PATCH /admin/v1/backends/:name. */
export const changeBody = z
  .strictObject({
    settings: settings
      .exactOptional()
      .describe('Replaces all settings. A secret sent back as its mask stays what it was.'),
    policy: policy.exactOptional().describe('Replaces all of it: what is left out is as for every backend again.'),
    planPolicies: planPolicies.exactOptional().describe('Replaces all policies.'),
  })
  .refine((body) => Object.keys(body).length > 0, 'nothing to change; send settings, policy or planPolicies')
  .meta({ id: 'BackendChange' });

/** Body of POST /admin/v1/backends/:name/close; may be left out. */
export const closeBody = z
  .strictObject({
    message: z
      .string()
      .trim()
      .min(1)
      .max(1024)
      .exactOptional()
      .describe('Shown to whoever wants a new instance. Without one, a message from an earlier close stays, else a general sentence is shown.'),
  })
  .meta({ id: 'BackendClosure' })
  .optional();

const finding = {
  serviceId: z.string().exactOptional(),
  serviceName: z.string().exactOptional(),
  planId: z.string().exactOptional(),
  planName: z.string().exactOptional(),
  reason: z.string(),
} satisfies ShapeOf<CatalogFinding>;

/** A service (no plan named) or plan that is not published, and why. */
export const leftOut = z
  .strictObject({
    ...finding,
    heldBy: z.string().exactOptional().describe('The backend that has the identifier, where that is the reason.'),
  } satisfies ShapeOf<LeftOut>)
  .meta({ id: 'LeftOut' });

const catalogCondition = z.strictObject({
  services: z.int().min(0).describe('How many of its services are in the catalog now.'),
  fetchedAt: time.exactOptional().describe('When its catalog was read last.'),
  attemptedAt: time.exactOptional(),
  failure: z.string().exactOptional().describe('Why the newest attempt failed. What it offered before stays.'),
  leftOut: z.array(leftOut).describe('What is not published, and why: the first 100.'),
  leftOutCount: z.int().min(0).describe('How much is not published.'),
  warnings: z
    .array(z.strictObject(finding).meta({ id: 'CatalogWarning' }))
    .describe('What is published, but may trouble some platform or reader, and why: the first 100.'),
  warningCount: z.int().min(0),
});

/** A registered backend. */
export const backendView = z
  .strictObject({
    id: z.string().describe('As the log has it.'),
    name: z.string(),
    type: z.string(),
    state: oneOf<BackendState>({ enabled: true, closed: true, disabled: true }).describe(
      'enabled: offered. closed: listed, refuses new instances. disabled: out of the catalog. Existing instances keep every verb.',
    ),
    closedMessage: z.string().exactOptional(),
    settings: anyObject.describe('Secrets are masked.'),
    policy,
    planPolicies: z.record(z.string(), z.strictObject(planPolicy)),
    version: z.int().min(0).describe('Rises with every change.'),
    createdAt: time,
    instances: z.int().min(0).describe('How many instances it has that are not deleted.'),
    calls: calls.describe('How its calls from this gateway process are doing.'),
    retries,
    catalog: catalogCondition,
    warnings: z.array(z.string()),
  } satisfies ShapeOf<Backend & { instances: number; calls: GuardState; retries: RetryBounds; catalog: object; warnings: string[] }>)
  .meta({ id: 'Backend' });

export type BackendView = z.output<typeof backendView>;

export const backendList = z.strictObject({ items: z.array(backendView) }).meta({ id: 'Backends' });

const vanished = z.strictObject({
  platformKind,
  serviceId: z.string(),
  serviceName: z.string(),
  plans: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  warning: z.string().exactOptional(),
} satisfies ShapeOf<Vanished>);

/** What every change of a backend answers. */
export const changedBackend = z
  .strictObject({
    backend: backendView,
    vanished: z.array(vanished).describe('What platforms of each kind no longer find in the catalog.'),
  })
  .meta({ id: 'ChangedBackend' });

const backendType = z.strictObject({
  type: z.string(),
  description: z.string(),
  settings: anyObject.describe('JSON schema of the settings; secrets are `writeOnly`.'),
});

export const backendTypeList = z.strictObject({ items: z.array(backendType) }).meta({ id: 'BackendTypes' });

export const nothing = z.strictObject({}).meta({ id: 'Nothing' });
