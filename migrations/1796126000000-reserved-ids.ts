import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Until when a delete that was not answered may still hit what has its id at the backend. The release before leaves it empty. */
export class ReservedIds1796126000000 implements MigrationInterface {
  readonly name = 'ReservedIds1796126000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['service_instance', 'service_binding']) {
      await runner.query(`alter table ${table} add column reserved_until timestamptz`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['service_instance', 'service_binding']) {
      await runner.query(`alter table ${table} drop column reserved_until`);
    }
  }
}
