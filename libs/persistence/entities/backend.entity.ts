import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { BackendPolicy, BackendState, PlanPolicy } from '#core';

@Entity('backend')
@Unique('backend_name_uq', ['name'])
@Check('backend_state_ck', `state in ('enabled', 'closed', 'disabled')`)
export class BackendEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'backend_id_pk' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  type!: string;

  @Column('text')
  state!: BackendState;

  @Column('text', { name: 'closed_message', nullable: true })
  closedMessage!: string | null;

  /** Sealed. */
  @Column('bytea')
  settings!: Buffer;

  @Column('jsonb', { default: () => `'{}'` })
  policy!: BackendPolicy;

  @Column('jsonb', { name: 'plan_policies', default: () => `'{}'` })
  planPolicies!: Record<string, PlanPolicy>;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'osb_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'osb_now()' })
  updatedAt!: Date;
}
