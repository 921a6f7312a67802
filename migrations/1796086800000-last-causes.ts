import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a backend answered or threw last, for operators. The release before leaves it empty. */
export class LastCauses1796086800000 implements MigrationInterface {
  readonly name = 'LastCauses1796086800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operation add column last_cause text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operation drop column last_cause');
  }
}
