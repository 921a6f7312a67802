import { setTimeout as pause } from 'node:timers/promises';
import { Broker } from './broker.js';
import { Durations } from './durations.js';
import { FAMILIES } from './actions/families.js';
import type { Family } from './actions/action.js';
import { beHostile } from './hostile-tenant.js';
import { Inspection } from './inspection.js';
import { checkRolesCollected } from './invariants/collected-roles.js';
import { checkLog } from './invariants/gateway-log.js';
import { watchReadiness } from './invariants/readiness.js';
import { checkRecord, checkSessionsOfRecord, digestOfRecord } from './invariants/record.js';
import { Secrets } from './invariants/secrets.js';
import { startEmbeddedTarget } from './embedded-target.js';
import { startNamedTarget, type Target } from './target.js';
import { beServed } from './tenant.js';
import { Violations, type Violation } from './violations.js';
import type { World } from './world.js';

export interface Options {
  /** Attacks the gateway's own server for tenants instead of one with few resources that its settings name. */
  readonly embedded: boolean;
  readonly seed: number;
  /** How long new instances are attacked; those that are there are ended after that. */
  readonly seconds: number;
  /** Names of families; all of them where there are none. */
  readonly families: readonly string[];
  readonly hostileTenants: number;
  readonly tenants: number;
  /** Longest time for an operation. */
  readonly limitMs: number;
  /** Ends the attack early. */
  readonly signal?: AbortSignal;
  readonly tell?: (violation: Violation) => void;
}

export interface Report {
  readonly options: Options;
  readonly durations: Durations;
  readonly violations: Violations;
  /** Role entries that were left without rights when all was ended, and were dropped later. */
  readonly rolesCollected: number;
  readonly readinessAsked: number;
  readonly gatewayLines: readonly string[];
}

/** Lets some tenants attack while others are served, then ends all, and checks that nothing is left. */
export async function playAdversary(options: Options): Promise<Report> {
  const target = await (options.embedded ? startEmbeddedTarget() : startNamedTarget());
  try {
    return await playOn(target, options);
  } finally {
    await target.stop();
  }
}

/** @throws Error for a name that no family has */
export function chosenFamilies(names: readonly string[]): readonly Family[] {
  const unknown = names.find((name) => !FAMILIES.some((family) => family.name === name));
  if (unknown !== undefined) throw new Error(`no family is called "${unknown}"; --list names them all`);
  return names.length === 0 ? FAMILIES : FAMILIES.filter(({ name }) => names.includes(name));
}

async function playOn(target: Target, options: Options): Promise<Report> {
  const violations = new Violations(options.tell);
  const durations = new Durations();
  const watching = new AbortController();
  const secrets = new Secrets(violations);
  const world: World = {
    seed: String(options.seed),
    broker: new Broker(target.osb, target.plan, durations, violations, options.limitMs),
    inspection: new Inspection(target.tenantsUrl),
    families: chosenFamilies(options.families),
    signal: AbortSignal.any([AbortSignal.timeout(options.seconds * 1_000), ...(options.signal ? [options.signal] : [])]),
    violations,
    secrets,
  };
  const record = await digestOfRecord(target.recordUrl);
  const ready = watchReadiness(target.gateway.url, watching.signal, violations);
  const everybody = [
    ...numbered('attacker', options.hostileTenants).map((name) => beHostile(world, name)),
    ...numbered('tenant', options.tenants).map((name) => beServed(world, name)),
  ];
  await allEnded(everybody, world, options);
  watching.abort();
  const readinessAsked = await ready;
  await checkRecord(target.recordUrl, record, violations);
  await checkSessionsOfRecord(target.recordUrl, violations);
  checkLog(target.gateway.lines, [...target.secrets, ...secrets.passwords], durations.total, violations);
  const collected = await checkRolesCollected(target, world.inspection, violations);
  await world.inspection.close();
  return { options, durations, violations, rolesCollected: collected, readinessAsked, gatewayLines: target.gateway.lines };
}

/** What was begun is ended, in the time that two operations may take. */
async function allEnded(everybody: readonly Promise<void>[], { signal, violations }: World, { limitMs }: Options): Promise<void> {
  const ended = Promise.all(everybody).then(() => true);
  const late = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    .then(() => pause(2 * limitMs, false, { ref: false }));
  if (await Promise.race([ended, late])) return;
  violations.add('every operation ends in time', 'not everything that was made could be removed');
}

const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_none, index) => `${name}-${index + 1}`);
