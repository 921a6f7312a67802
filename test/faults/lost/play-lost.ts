import { setTimeout as pause } from 'node:timers/promises';
import { byInstance } from '../by-instance.js';
import type { AuditRow, History } from '../history.js';
import { violations } from '../invariants.js';
import { Random } from '../random.js';
import type { ClientName, Stage } from '../stage.js';
import { Customer, type Complaint, type Quota } from './customer.js';
import type { LossCount } from './losses.js';
import { LossyStage } from './lossy-stage.js';

export interface LostOrder {
  readonly seed: number;
  readonly operations: number;
  /** Of all requests to backends, and of all rounds to the database; from 0 to 1. */
  readonly rate: number;
  /** Told every so often how many operations have been asked for. */
  readonly onProgress?: (operations: number) => void;
}

/** An instance that did not come out well. */
export interface Victim {
  readonly instanceId: string;
  readonly violations: readonly string[];
  readonly history: History;
}

export interface LostReport {
  readonly order: LostOrder;
  readonly operations: number;
  readonly instances: number;
  readonly losses: { readonly backend: LossCount; readonly database: LossCount };
  readonly notEnded: number;
  readonly victims: readonly Victim[];
  /** The whole trail. */
  readonly audit: readonly AuditRow[];
  readonly gatewayLines: readonly string[];
  readonly durationMs: number;
}

const PREFIX = 'lost-';
const CLIENTS: readonly ClientName[] = ['cloud-controller', 'service-catalog', 'korifi'];
/** Side by side, each with one instance at a time. */
const CUSTOMERS = 16;
const QUIET_WITHIN_MS = 120_000;
const PROGRESS_EVERY_MS = 15_000;

/**
 * Lets customers work while answers get lost, waits until nothing is left to do without losses, and checks everything.
 *
 * @param prepare changes the stage before anything gets lost
 */
export async function playLost(order: LostOrder, prepare?: (stage: Stage) => Promise<void>): Promise<LostReport> {
  const startedAtMs = Date.now();
  const lossy = await LossyStage.start(order.seed, order.rate);
  try {
    const { stage, losses } = lossy;
    const quota: Quota = { left: order.operations };
    await prepare?.(stage);
    lossy.begin();
    const complaints = await work(stage, order, quota);
    lossy.end();
    await quiet(stage);
    const history = await stage.history(PREFIX);
    const slices = byInstance(history);
    return {
      order,
      operations: order.operations - quota.left,
      instances: slices.size,
      losses: { backend: losses.backend.count, database: losses.database.count },
      notEnded: complaints.length + (await stage.database.unfinished(PREFIX)),
      victims: victims(slices, complaints),
      audit: history.database.audit,
      gatewayLines: stage.gateways.flatMap(({ lines }) => lines),
      durationMs: Date.now() - startedAtMs,
    };
  } finally {
    await lossy.close();
  }
}

async function work(stage: Stage, { seed, operations, onProgress }: LostOrder, quota: Quota): Promise<Complaint[]> {
  const customers = Array.from({ length: CUSTOMERS }, (_none, index) => {
    const name = CLIENTS[index % CLIENTS.length] ?? 'korifi';
    // How often a platform asks again depends on time; what it asks for must not.
    const script = stage.script(name, new Random(`${seed}/${index}/gateways`));
    return new Customer(`${PREFIX}${index + 1}`, script, new Random(`${seed}/${index}`), stage.backends, quota);
  });
  const progress = setInterval(() => onProgress?.(operations - quota.left), PROGRESS_EVERY_MS);
  try {
    await Promise.all(customers.map((customer) => customer.work()));
  } finally {
    clearInterval(progress);
  }
  return customers.flatMap(({ complaints }) => complaints);
}

async function quiet(stage: Stage): Promise<void> {
  const deadlineMs = Date.now() + QUIET_WITHIN_MS;
  while (!(await stage.isQuiet(PREFIX)) && Date.now() < deadlineMs) await pause(100);
}

function victims(slices: ReadonlyMap<string, History>, complaints: readonly Complaint[]): Victim[] {
  return [...slices].flatMap(([instanceId, history]) => {
    const complained = complaints.filter((each) => each.instanceId === instanceId).map(({ sentence }) => sentence);
    const found = [...complained, ...violations(history)];
    return found.length === 0 ? [] : [{ instanceId, violations: found, history }];
  });
}
