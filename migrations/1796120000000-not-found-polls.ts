import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Polls in a row that a backend answered as if it had never accepted the operation. The release before leaves both as they are. */
export class NotFoundPolls1796120000000 implements MigrationInterface {
  readonly name = 'NotFoundPolls1796120000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operation add column not_found_polls integer not null default 0, add column not_found_since timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operation drop column not_found_polls, drop column not_found_since');
  }
}
