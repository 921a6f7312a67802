import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { PlatformEntity } from './platform.entity.js';

/** The end of a create or bind that was answered 202 and refused; `binding_id` is empty for an instance. */
@Entity('refused_create')
@Index('refused_create_platform_id_instance_id_binding_id_uq', { synchronize: false })
@Index('refused_create_refused_at_ix', ['refusedAt'])
export class RefusedCreateEntity {
  @PrimaryColumn('text', { name: 'operation_id', primaryKeyConstraintName: 'refused_create_operation_id_pk' })
  operationId!: string;

  @Column('uuid', { name: 'platform_id' })
  platformId!: string;

  @ManyToOne(() => PlatformEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'platform_id', foreignKeyConstraintName: 'refused_create_platform_id_fk' })
  platform!: Relation<PlatformEntity>;

  @Column('text', { name: 'instance_id' })
  instanceId!: string;

  @Column('text', { name: 'binding_id' })
  bindingId!: string;

  @Column('text')
  description!: string;

  @Column('timestamptz', { name: 'refused_at', default: () => 'osb_now()' })
  refusedAt!: Date;
}
