import type { Incarnation, Instance, LifeState, Sealer } from '#core';
import { SealedColumns } from '../sealed-columns.js';
import { readSlot, writeSlot } from './backend-slot.js';
import { present } from './present.js';

/** An instance as `INSTANCE_COLUMNS` selects it. */
export interface InstanceRow {
  readonly i_incarnation: Instance['incarnation'];
  readonly i_platform_id: string;
  readonly i_instance_id: string;
  readonly i_backend_id: string;
  readonly i_backend_instance_id: string;
  readonly i_service_id: string;
  readonly i_plan_id: string;
  readonly i_organization_guid: string;
  readonly i_space_guid: string;
  readonly i_state: LifeState;
  readonly i_parameters: Buffer | null;
  readonly i_context: Buffer | null;
  readonly i_backend_state: Buffer | null;
  readonly i_dashboard_url: string | null;
  readonly i_metadata: Instance['metadata'] | null;
  readonly i_maintenance_version: string | null;
}

/** Instances to rows and back; parameters, context and slot are sealed with the incarnation as their row. */
export class InstanceRows {
  private readonly columns: SealedColumns;

  constructor(sealer: Sealer) {
    this.columns = new SealedColumns(sealer, 'service_instance');
  }

  read(row: InstanceRow): Instance {
    const key = row.i_incarnation;
    return present({
      incarnation: key,
      platformId: row.i_platform_id,
      instanceId: row.i_instance_id,
      backendId: row.i_backend_id,
      backendInstanceId: row.i_backend_instance_id,
      serviceId: row.i_service_id,
      planId: row.i_plan_id,
      organizationGuid: row.i_organization_guid,
      spaceGuid: row.i_space_guid,
      state: row.i_state,
      parameters: this.columns.open('parameters', key, row.i_parameters),
      context: this.columns.open('context', key, row.i_context),
      backendState: readSlot(this.columns.open('backend_state', key, row.i_backend_state)),
      dashboardUrl: row.i_dashboard_url ?? undefined,
      metadata: row.i_metadata ?? undefined,
      maintenanceVersion: row.i_maintenance_version ?? undefined,
    });
  }

  /** In the order of `RESERVE_PROVISION`. */
  values(instance: Instance): unknown[] {
    const key = instance.incarnation;
    return [
      key,
      instance.platformId,
      instance.instanceId,
      instance.backendId,
      instance.backendInstanceId,
      instance.serviceId,
      instance.planId,
      instance.organizationGuid,
      instance.spaceGuid,
      instance.state,
      this.seal('parameters', key, instance.parameters),
      this.seal('context', key, instance.context),
      instance.maintenanceVersion ?? null,
    ];
  }

  seal(column: 'parameters' | 'context', incarnation: Incarnation, text: string | undefined): Buffer | null {
    return this.columns.seal(column, incarnation, text);
  }

  sealSlot(incarnation: Incarnation, values: Readonly<Record<string, string>>): Buffer | null {
    return this.columns.seal('backend_state', incarnation, writeSlot(values));
  }
}
