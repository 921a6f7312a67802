import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { LifeState } from '#core';
import type { InstanceMetadata } from '#sdk';
import { BackendEntity } from './backend.entity.js';
import { PlatformEntity } from './platform.entity.js';

/** Over an expression, which decorators cannot say; see the migration. */
const BY_MIGRATION = { synchronize: false } as const;

@Entity('service_instance')
@Index('service_instance_platform_id_instance_id_uq', BY_MIGRATION)
@Index('service_instance_backend_id_backend_instance_id_uq', BY_MIGRATION)
@Index('service_instance_instance_id_platform_id_ix', BY_MIGRATION)
@Index('service_instance_deleted_at_ix', ['deletedAt'], { where: 'deleted_at is not null' })
@Index('service_instance_created_at_ix', ['createdAt', 'incarnation'])
@Check('service_instance_instance_id_ck', 'char_length(instance_id) between 1 and 1024')
@Check('service_instance_state_ck', `state in ('creating', 'ready', 'failed', 'deleted')`)
@Check('service_instance_deleted_at_ck', `(state = 'deleted') = (deleted_at is not null)`)
export class ServiceInstanceEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'service_instance_incarnation_pk' })
  incarnation!: string;

  @Column('uuid', { name: 'platform_id' })
  platformId!: string;

  @ManyToOne(() => PlatformEntity)
  @JoinColumn({ name: 'platform_id', foreignKeyConstraintName: 'service_instance_platform_id_fk' })
  platform!: Relation<PlatformEntity>;

  @Column('text', { name: 'instance_id' })
  instanceId!: string;

  @Column('uuid', { name: 'backend_id' })
  backendId!: string;

  @ManyToOne(() => BackendEntity)
  @JoinColumn({ name: 'backend_id', foreignKeyConstraintName: 'service_instance_backend_id_fk' })
  backend!: Relation<BackendEntity>;

  @Column('text', { name: 'backend_instance_id' })
  backendInstanceId!: string;

  @Column('text', { name: 'service_id' })
  serviceId!: string;

  @Column('text', { name: 'plan_id' })
  planId!: string;

  @Column('text', { name: 'organization_guid' })
  organizationGuid!: string;

  @Column('text', { name: 'space_guid' })
  spaceGuid!: string;

  @Column('text')
  state!: LifeState;

  /** Sealed, as are the next two. */
  @Column('bytea', { nullable: true, select: false })
  parameters!: Buffer | null;

  @Column('bytea', { nullable: true, select: false })
  context!: Buffer | null;

  @Column('bytea', { name: 'backend_state', nullable: true, select: false })
  backendState!: Buffer | null;

  @Column('text', { name: 'dashboard_url', nullable: true })
  dashboardUrl!: string | null;

  @Column('jsonb', { nullable: true })
  metadata!: InstanceMetadata | null;

  @Column('text', { name: 'maintenance_version', nullable: true })
  maintenanceVersion!: string | null;

  /** Until then an earlier call may still make what a delete removes. */
  @Column('timestamptz', { name: 'quiet_after', nullable: true })
  quietAfter!: Date | null;

  /** Until then a delete that was not answered may still hit what has this id at the backend. */
  @Column('timestamptz', { name: 'reserved_until', nullable: true })
  reservedUntil!: Date | null;

  /** The create failed, and its platform was not told yet. */
  @Column('boolean', { name: 'failure_unheard', default: false })
  failureUnheard!: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'osb_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'osb_now()' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
