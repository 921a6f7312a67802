import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How long calls to a slow backend may take, and creates refused as existing that are looked into. The release before leaves both empty. */
export class LongerCalls1796119000000 implements MigrationInterface {
  readonly name = 'LongerCalls1796119000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operation add column call_ms integer, add column conflicted boolean not null default false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operation drop column call_ms, drop column conflicted');
  }
}
