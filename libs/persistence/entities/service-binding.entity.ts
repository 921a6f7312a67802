import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { LifeState } from '#core';
import { ServiceInstanceEntity } from './service-instance.entity.js';

/** Over an expression, which decorators cannot say; see the migration. */
const BY_MIGRATION = { synchronize: false } as const;

@Entity('service_binding')
@Index('service_binding_instance_incarnation_binding_id_uq', BY_MIGRATION)
@Index('service_binding_instance_incarnation_binding_id_ix', BY_MIGRATION)
@Index('service_binding_deleted_at_ix', ['deletedAt'], { where: 'deleted_at is not null' })
@Index('service_binding_created_at_ix', ['createdAt', 'incarnation'])
@Check('service_binding_binding_id_ck', 'char_length(binding_id) between 1 and 1024')
@Check('service_binding_state_ck', `state in ('creating', 'ready', 'failed', 'deleted')`)
@Check('service_binding_deleted_at_ck', `(state = 'deleted') = (deleted_at is not null)`)
export class ServiceBindingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'service_binding_incarnation_pk' })
  incarnation!: string;

  @Column('uuid', { name: 'instance_incarnation' })
  instanceIncarnation!: string;

  @ManyToOne(() => ServiceInstanceEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'instance_incarnation', foreignKeyConstraintName: 'service_binding_instance_incarnation_fk' })
  instance!: Relation<ServiceInstanceEntity>;

  @Column('text', { name: 'binding_id' })
  bindingId!: string;

  @Column('text', { name: 'backend_binding_id' })
  backendBindingId!: string;

  @Column('text')
  state!: LifeState;

  @Column('text', { name: 'app_guid', nullable: true })
  appGuid!: string | null;

  @Column('text', { name: 'predecessor_binding_id', nullable: true })
  predecessorBindingId!: string | null;

  /** Sealed, as are the next four. */
  @Column('bytea', { nullable: true, select: false })
  parameters!: Buffer | null;

  @Column('bytea', { name: 'bind_resource', nullable: true, select: false })
  bindResource!: Buffer | null;

  @Column('bytea', { nullable: true, select: false })
  context!: Buffer | null;

  @Column('bytea', { nullable: true, select: false })
  result!: Buffer | null;

  @Column('bytea', { name: 'backend_state', nullable: true, select: false })
  backendState!: Buffer | null;

  @Column('text', { name: 'expires_at', nullable: true })
  expiresAt!: string | null;

  @Column('text', { name: 'renew_before', nullable: true })
  renewBefore!: string | null;

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
