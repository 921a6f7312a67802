import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { AuditOutcome } from '#core';

@Entity('audit_event')
@Index('audit_event_operation_id_ix', ['operationId'])
@Index('audit_event_at_ix', ['at', 'id'])
@Check('audit_event_actor_kind_ck', `actor_kind in ('platform', 'admin', 'gateway')`)
@Check('audit_event_outcome_ck', `outcome in ('started', 'accepted', 'succeeded', 'failed')`)
export class AuditEventEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'audit_event_id_pk',
  })
  id!: string;

  @Column('timestamptz', { default: () => 'osb_now()' })
  at!: Date;

  @Column('text', { name: 'actor_kind' })
  actorKind!: 'platform' | 'admin' | 'gateway';

  @Column('text', { name: 'actor_name' })
  actorName!: string;

  @Column('uuid', { name: 'platform_id', nullable: true })
  platformId!: string | null;

  @Column('text', { name: 'originating_identity', nullable: true })
  originatingIdentity!: string | null;

  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  @Column('text')
  action!: string;

  @Column('text')
  subject!: string;

  @Column('text', { name: 'operation_id', nullable: true })
  operationId!: string | null;

  @Column('jsonb', { nullable: true })
  before!: Record<string, unknown> | null;

  @Column('jsonb', { nullable: true })
  after!: Record<string, unknown> | null;

  @Column('text')
  outcome!: AuditOutcome;

  @Column('text', { nullable: true })
  description!: string | null;
}
