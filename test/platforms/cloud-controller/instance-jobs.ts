import { begin, goesOn, idsOf, note, noteFailure, polled, type Desk, type StillAlive } from './desk.js';
import type { InstanceRow, PlanRow } from './database.js';
import { mitigate } from './orphan-mitigator.js';
import { parseDelete, parseFetchedInstance, parseProvision, parseUpdate, type Verdict } from './response-parser.js';

export interface Change {
  readonly plan?: PlanRow;
  readonly parameters?: Record<string, unknown>;
  /** To this version. */
  readonly maintenanceVersion?: string;
  readonly name?: string;
}

/** Asked once; what failed is the user's to try again, and what it may have left is deleted. */
export function createInstance(desk: Desk, row: InstanceRow, plan: PlanRow, parameters?: Record<string, unknown>): Promise<void> {
  return desk.workers.run(async (stillAlive) => {
    const more = { ...(parameters ? { parameters } : {}), ...(plan.maintenanceInfo ? { maintenance_info: plan.maintenanceInfo } : {}) };
    const verdict = parseProvision(await stillAlive(desk.broker.provision(row.guid, idsOf(plan), row.name, more)));
    if (verdict.kind === 'failed') {
      noteFailure(row, verdict);
      if (verdict.orphan) mitigateInstance(desk, row.guid, plan);
      return;
    }
    row.dashboardUrl = verdict.body.dashboard_url ?? undefined;
    if (verdict.kind === 'done') return note(row, 'succeeded');
    goesOn(row, verdict);
    await follow(desk, row, plan, stillAlive);
  });
}

async function follow(desk: Desk, row: InstanceRow, plan: PlanRow, stillAlive: StillAlive): Promise<void> {
  const end = await polled(desk, { guid: row.guid, plan, row }, stillAlive);
  if (end === 'superseded') return;
  if (end === 'expired') mitigateInstance(desk, row.guid, plan);
  if (end !== 'succeeded') return note(row, 'failed', row.lastOperation.description);
  if (desk.database.offeringOf(plan).instancesRetrievable) await look(desk, row, stillAlive);
  note(row, 'succeeded');
}

/** What is wrong with the answer is of no consequence here. */
async function look(desk: Desk, row: InstanceRow, stillAlive: StillAlive): Promise<void> {
  const verdict = parseFetchedInstance(await stillAlive(desk.broker.fetch(row.guid)));
  if (verdict.kind === 'done') row.dashboardUrl = verdict.body.dashboard_url ?? row.dashboardUrl;
}

/** Nothing is cleaned up after an update, however it ends. */
export function updateInstance(desk: Desk, row: InstanceRow, change: Change): Promise<void> {
  const before = desk.database.plan(row.planId);
  const plan = change.plan ?? before;
  const version = change.maintenanceVersion ?? change.plan?.maintenanceInfo?.version;
  row.lastOperation = begin(desk, 'update');
  return desk.workers.run(async (stillAlive) => {
    const previous = { plan_id: before.uniqueId, maintenance_info: row.maintenanceVersion ? { version: row.maintenanceVersion } : null };
    const more = { ...(change.parameters ? { parameters: change.parameters } : {}), ...(version ? { maintenance_info: { version } } : {}) };
    const verdict = parseUpdate(await stillAlive(desk.broker.update(row.guid, idsOf(plan), change.name ?? row.name, previous, more)));
    if (verdict.kind === 'failed') return noteFailure(row, verdict);
    if (verdict.kind === 'later') {
      goesOn(row, verdict);
      const end = await polled(desk, { guid: row.guid, plan: before, row }, stillAlive);
      if (end === 'superseded') return;
      if (end !== 'succeeded') return note(row, 'failed', row.lastOperation.description);
    }
    row.planId = plan.uniqueId;
    row.maintenanceVersion = version ?? row.maintenanceVersion;
    row.name = change.name ?? row.name;
    row.dashboardUrl = verdict.body.dashboard_url ?? row.dashboardUrl;
    note(row, 'succeeded');
  });
}

/** The row stays until the broker says that the instance is gone. */
export function deleteInstance(desk: Desk, row: InstanceRow): Promise<void> {
  const plan = desk.database.plan(row.planId);
  row.lastOperation = begin(desk, 'delete');
  return desk.workers.run(async (stillAlive) => {
    const verdict: Verdict = parseDelete(await stillAlive(desk.broker.deprovision(row.guid, idsOf(plan))));
    if (verdict.kind === 'failed') return noteFailure(row, verdict);
    if (verdict.kind === 'later') {
      goesOn(row, verdict);
      const end = await polled(desk, { guid: row.guid, plan, row }, stillAlive);
      if (end !== 'succeeded') return note(row, 'failed', row.lastOperation.description);
    }
    desk.database.instances.delete(row.guid);
  });
}

export function mitigateInstance(desk: Desk, guid: string, plan: PlanRow): void {
  void desk.workers.run(() => mitigate(desk.database, desk.clock, guid, () => desk.broker.deprovision(guid, idsOf(plan))));
}
