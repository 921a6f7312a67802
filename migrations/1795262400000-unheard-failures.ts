import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['service_instance', 'service_binding'];

/** Creates that failed, and whose platform has not heard of it yet (ADR 15). */
export class UnheardFailures1795262400000 implements MigrationInterface {
  readonly name = 'UnheardFailures1795262400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`alter table ${table} add column failure_unheard boolean not null default false`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`alter table ${table} drop column failure_unheard`);
  }
}
