import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { OperationInitiator, OperationState, OperationStep } from '#core';
import type { OperationKind } from '#sdk';
import { BackendEntity } from './backend.entity.js';
import { PlatformEntity } from './platform.entity.js';
import { ServiceBindingEntity } from './service-binding.entity.js';
import { ServiceInstanceEntity } from './service-instance.entity.js';

@Entity('operation')
@Index('operation_instance_incarnation_running_uq', ['instanceIncarnation'], {
  unique: true,
  where: `state = 'running' and exclusive`,
})
@Index('operation_instance_incarnation_deprovision_uq', ['instanceIncarnation'], {
  unique: true,
  where: `state = 'running' and kind = 'deprovision'`,
})
@Index('operation_instance_incarnation_queued_uq', ['instanceIncarnation'], {
  unique: true,
  where: `state = 'queued' and kind = 'deprovision'`,
})
@Index('operation_binding_incarnation_running_uq', ['bindingIncarnation'], { unique: true, where: `state = 'running'` })
@Index('operation_binding_incarnation_queued_uq', ['bindingIncarnation'], { unique: true, where: `state = 'queued'` })
@Index('operation_instance_incarnation_pending_ix', ['instanceIncarnation'], { where: `state in ('queued', 'running')` })
@Index('operation_instance_incarnation_binding_incarnation_ix', ['instanceIncarnation', 'bindingIncarnation', 'createdAt'])
@Index('operation_binding_incarnation_ix', ['bindingIncarnation', 'createdAt'])
@Index('operation_backend_id_next_attempt_at_ix', ['backendId', 'nextAttemptAt'], { where: `state = 'running' and parked_at is null` })
@Index('operation_queued_ix', ['createdAt'], { where: `state = 'queued'` })
@Index('operation_parked_ix', ['backendId'], { where: 'parked_at is not null' })
@Index('operation_created_at_ix', ['createdAt', 'id'])
@Check('operation_kind_ck', `kind in ('provision', 'update', 'deprovision', 'bind', 'unbind')`)
@Check('operation_initiator_ck', `initiator in ('platform', 'gateway')`)
@Check('operation_state_ck', `state in ('queued', 'running', 'succeeded', 'failed')`)
@Check('operation_step_ck', `step in ('send', 'poll')`)
@Check('operation_binding_incarnation_ck', `(binding_incarnation is not null) = (kind in ('bind', 'unbind'))`)
@Check('operation_finished_at_ck', `(finished_at is not null) = (state in ('succeeded', 'failed'))`)
export class OperationEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'operation_id_pk' })
  id!: string;

  @Column('text')
  kind!: OperationKind;

  @Column('text')
  initiator!: OperationInitiator;

  @Column('text')
  state!: OperationState;

  @Column('text')
  step!: OperationStep;

  @Column('boolean')
  exclusive!: boolean;

  @Column('uuid', { name: 'platform_id' })
  platformId!: string;

  @ManyToOne(() => PlatformEntity)
  @JoinColumn({ name: 'platform_id', foreignKeyConstraintName: 'operation_platform_id_fk' })
  platform!: Relation<PlatformEntity>;

  @Column('uuid', { name: 'backend_id' })
  backendId!: string;

  @ManyToOne(() => BackendEntity)
  @JoinColumn({ name: 'backend_id', foreignKeyConstraintName: 'operation_backend_id_fk' })
  backend!: Relation<BackendEntity>;

  @Column('uuid', { name: 'instance_incarnation' })
  instanceIncarnation!: string;

  @ManyToOne(() => ServiceInstanceEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'instance_incarnation', foreignKeyConstraintName: 'operation_instance_incarnation_fk' })
  instance!: Relation<ServiceInstanceEntity>;

  @Column('uuid', { name: 'binding_incarnation', nullable: true })
  bindingIncarnation!: string | null;

  @ManyToOne(() => ServiceBindingEntity, { onDelete: 'CASCADE', nullable: true })
  @JoinColumn({ name: 'binding_incarnation', foreignKeyConstraintName: 'operation_binding_incarnation_fk' })
  binding!: Relation<ServiceBindingEntity> | null;

  /** Sealed, as is the next. */
  @Column('bytea', { nullable: true, select: false })
  request!: Buffer | null;

  @Column('bytea', { name: 'poll_token', nullable: true, select: false })
  pollToken!: Buffer | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text', { name: 'error_word', nullable: true })
  errorWord!: string | null;

  @Column('text', { nullable: true })
  description!: string | null;

  /** What the backend answered or threw last, redacted and bounded: for operators, never for platforms. */
  @Column('text', { name: 'last_cause', nullable: true })
  lastCause!: string | null;

  @Column('boolean', { name: 'instance_usable', nullable: true })
  instanceUsable!: boolean | null;

  @Column('boolean', { name: 'update_repeatable', nullable: true })
  updateRepeatable!: boolean | null;

  @Column('text', { name: 'originating_identity', nullable: true })
  originatingIdentity!: string | null;

  @Column('text', { name: 'request_identity', nullable: true })
  requestIdentity!: string | null;

  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('bigint', { default: 1 })
  epoch!: string;

  /** Somebody who heard of its commit worked on it or answered for it. What is not confirmed is never taken over (ADR 22). */
  @Column('boolean', { default: true })
  confirmed!: boolean;

  @Column('text', { name: 'leased_by', nullable: true })
  leasedBy!: string | null;

  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;

  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt!: Date | null;

  /** Until then the call sent last may be under way. */
  @Column('timestamptz', { name: 'call_deadline_at', nullable: true })
  callDeadlineAt!: Date | null;

  /** How long a call may take, where that is longer than by default. */
  @Column('integer', { name: 'call_ms', nullable: true })
  callMs!: number | null;

  /** It was refused as existing when it was sent again: what exists is looked into, until its call is over. */
  @Column('boolean', { default: false })
  conflicted!: boolean;

  /** Of a deprovision that overtook a create: until then the create may still make what is not there yet. */
  @Column('timestamptz', { name: 'gone_counts_after', nullable: true })
  goneCountsAfter!: Date | null;

  /** Polls in a row that were answered as if it had never been accepted. */
  @Column('integer', { name: 'not_found_polls', default: 0 })
  notFoundPolls!: number;

  @Column('timestamptz', { name: 'not_found_since', nullable: true })
  notFoundSince!: Date | null;

  /** The gateway gave up trying; operators were told. */
  @Column('timestamptz', { name: 'parked_at', nullable: true })
  parkedAt!: Date | null;

  @Column('timestamptz', { name: 'ceiling_at' })
  ceilingAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'osb_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
