import type { MigrationInterface, QueryRunner } from 'typeorm';

const IS_OPEN = `state = 'running' and parked_at is null`;

/** Due operations are found backend by backend: thousands of one that hangs are not read to find those of another. */
export class FairClaims1795250000000 implements MigrationInterface {
  readonly name = 'FairClaims1795250000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create index operation_backend_id_next_attempt_at_ix on operation (backend_id, next_attempt_at) where ${IS_OPEN}`);
    await runner.query('drop index operation_next_attempt_at_ix');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`create index operation_next_attempt_at_ix on operation (next_attempt_at) where ${IS_OPEN}`);
    await runner.query('drop index operation_backend_id_next_attempt_at_ix');
  }
}
