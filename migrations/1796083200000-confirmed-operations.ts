import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether whoever wrote an operation is known to have heard of its commit (ADR 22). The release before does not say: it counts as heard. */
export class ConfirmedOperations1796083200000 implements MigrationInterface {
  readonly name = 'ConfirmedOperations1796083200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operation add column confirmed boolean not null default true');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operation drop column confirmed');
  }
}
