import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Kinds of platform that release 0.1.0 does not know stand in a column of their own; `kind` is the nearest it knows. And
 * the creates that were answered as accepted, and refused.
 */
export class KindsOfPlatform1796125000000 implements MigrationInterface {
  readonly name = 'KindsOfPlatform1796125000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table platform
      add column exact_kind text constraint platform_exact_kind_ck check (exact_kind in ('korifi', 'crossplane'))`);
    await runner.query(`create table refused_create (
      operation_id text not null constraint refused_create_operation_id_pk primary key,
      platform_id uuid not null constraint refused_create_platform_id_fk references platform (id) on delete cascade,
      instance_id text not null,
      binding_id text not null,
      description text not null,
      refused_at timestamptz not null default osb_now()
    )`);
    await runner.query(`create unique index refused_create_platform_id_instance_id_binding_id_uq
      on refused_create (platform_id, osb_key(instance_id), osb_key(binding_id))`);
    await runner.query('create index refused_create_refused_at_ix on refused_create (refused_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table refused_create');
    await runner.query('alter table platform drop column exact_kind');
  }
}
