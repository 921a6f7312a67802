import { HOME, IMPATIENT, PATIENT } from './broker-client.js';
import { goesOn, begin, idsOf, note, noteFailure, polled, type Desk } from './desk.js';
import type { BindingRow, PlanRow } from './database.js';
import { mitigate } from './orphan-mitigator.js';
import { parseBind, parseDelete, parseFetchedBinding, type Verdict } from './response-parser.js';

export interface BindAsk {
  readonly parameters?: Record<string, unknown>;
  /** As the API of version 2 creates keys: without `accepts_incomplete`. */
  readonly legacy?: boolean;
}

/** Asked once, as a create; and the credentials of what went on later are fetched. */
export function createBinding(desk: Desk, row: BindingRow, { parameters, legacy = false }: BindAsk = {}): Promise<void> {
  const plan = planOf(desk, row);
  return desk.workers.run(async (stillAlive) => {
    const more = { ...boundTo(row), ...(parameters ? { parameters } : {}) };
    const query = legacy ? IMPATIENT : PATIENT;
    const reply = await stillAlive(desk.broker.bind(row.instanceGuid, row.guid, idsOf(plan), more, query));
    const verdict = parseBind(reply, desk.database.offeringOf(plan));
    if (verdict.kind === 'failed') {
      noteFailure(row, verdict);
      if (verdict.orphan) mitigateBinding(desk, row, plan);
      return;
    }
    if (verdict.kind === 'done') return keep(row, verdict);
    goesOn(row, verdict);
    const end = await polled(desk, { guid: row.instanceGuid, bindingGuid: row.guid, plan, row }, stillAlive);
    if (end === 'superseded') return;
    if (end !== 'succeeded') return note(row, 'failed', row.lastOperation.description);
    const fetched = parseFetchedBinding(await stillAlive(desk.broker.fetch(row.instanceGuid, row.guid)));
    // Whatever is wrong with the binding that was fetched, nobody removes it.
    if (fetched.kind === 'failed') return noteFailure(row, fetched);
    keep(row, fetched);
  });
}

export function deleteBinding(desk: Desk, row: BindingRow): Promise<void> {
  const plan = planOf(desk, row);
  row.lastOperation = begin(desk, 'delete');
  return desk.workers.run(async (stillAlive) => {
    const verdict = parseDelete(await stillAlive(desk.broker.unbind(row.instanceGuid, row.guid, idsOf(plan))));
    if (verdict.kind === 'failed') return noteFailure(row, verdict);
    if (verdict.kind === 'later') {
      goesOn(row, verdict);
      const end = await polled(desk, { guid: row.instanceGuid, bindingGuid: row.guid, plan, row }, stillAlive);
      if (end !== 'succeeded') return note(row, 'failed', row.lastOperation.description);
    }
    desk.database.bindings.delete(row.guid);
  });
}

/** Deletes of orphaned keys go without `accepts_incomplete`, as those of apps and routes do not. */
export function mitigateBinding(desk: Desk, { guid, kind, instanceGuid }: BindingRow, plan: PlanRow): void {
  const query = kind === 'key' ? IMPATIENT : PATIENT;
  const remove = () => desk.broker.unbind(instanceGuid, guid, idsOf(plan), query);
  void desk.workers.run(() => mitigate(desk.database, desk.clock, guid, remove));
}

export function planOf({ database }: Desk, { instanceGuid }: BindingRow): PlanRow {
  const instance = database.instances.get(instanceGuid);
  if (!instance) throw new Error(`no instance ${instanceGuid}`);
  return database.plan(instance.planId);
}

function boundTo({ kind, of }: BindingRow): Record<string, unknown> {
  switch (kind) {
    case 'app':
      return { app_guid: of, bind_resource: { app_guid: of, space_guid: HOME.space.guid, app_annotations: {} } };
    case 'route':
      return { bind_resource: { route: of } };
    case 'key':
      return { bind_resource: {} };
  }
}

function keep(row: BindingRow, { body }: Extract<Verdict, { kind: 'done' | 'later' }>): void {
  row.credentials = body.credentials ?? {};
  row.syslogDrainUrl = body.syslog_drain_url ?? undefined;
  row.routeServiceUrl = body.route_service_url ?? undefined;
  row.volumeMounts = body.volume_mounts ?? [];
  note(row, 'succeeded');
}
