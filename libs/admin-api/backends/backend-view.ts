import type { Backend, CatalogCondition, CatalogFinding, GuardState, LeftOut, RetryBounds } from '#core';
import type { Capabilities } from '#sdk';
import type { BackendView } from './backend.schema.js';

/** What an operator is shown of a backend beside its record. */
export interface BackendFacts {
  /** Settings with their secrets masked. */
  readonly settings: Backend['settings'];
  readonly instances: number;
  readonly calls: GuardState;
  readonly retries: RetryBounds;
  readonly condition: CatalogCondition;
  /** How many of its services are in the catalog. */
  readonly services: number;
  /** Absent while it could not be made ready. */
  readonly capabilities?: Capabilities;
  /** What the backend itself says. */
  readonly warnings: readonly string[];
}

export type NameOfBackend = (id: string) => string;

export function backendView(backend: Backend, facts: BackendFacts, nameOf: NameOfBackend): BackendView {
  const { fetchedAt, attemptedAt, failure, leftOut, leftOutCount, warnings, warningCount } = facts.condition;
  const catalog = {
    services: facts.services,
    ...(fetchedAt && { fetchedAt: fetchedAt.toISOString() }),
    ...(attemptedAt && { attemptedAt: attemptedAt.toISOString() }),
    ...(failure !== undefined && { failure }),
    leftOut: leftOut.map((each) => leftOutView(each, nameOf)),
    leftOutCount,
    warnings: warnings.map(findingView),
    warningCount,
  };
  return {
    ...backend,
    policy: { ...backend.policy },
    planPolicies: { ...backend.planPolicies },
    settings: facts.settings,
    createdAt: backend.createdAt.toISOString(),
    instances: facts.instances,
    calls: facts.calls,
    retries: { ...facts.retries },
    catalog,
    warnings: warningsOf(backend, facts),
  };
}

/** Names the holder of an identifier as operators know it. */
export function leftOutView(left: LeftOut, nameOf: NameOfBackend): LeftOut {
  const { heldBy } = left;
  return { ...findingView(left), ...(heldBy !== undefined && { heldBy: nameOf(heldBy) }) };
}

function findingView({ serviceId, serviceName, planId, planName, reason }: CatalogFinding): CatalogFinding {
  return {
    ...(serviceId !== undefined && { serviceId }),
    ...(serviceName !== undefined && { serviceName }),
    ...(planId !== undefined && { planId }),
    ...(planName !== undefined && { planName }),
    reason,
  };
}

function warningsOf({ type }: Backend, { capabilities, condition, warnings: own }: BackendFacts): string[] {
  if (!capabilities) return [`it cannot be called: type "${type}" is not installed, or does not take these settings any more; see the log`];
  const warnings = [...own];
  if (capabilities.sharedCredentials) warnings.push('all bindings of an instance share credentials: unbind revokes nothing');
  if (condition.fetchedAt === undefined) warnings.push('its catalog was never read: it offers nothing');
  return warnings;
}
