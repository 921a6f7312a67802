import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a deprovision that overtook a create has to outlast, and orphan mitigation of a binding that keeps nothing else
 * waiting (ADR 24). The release before ignores the column, and reads `exclusive` as this one does.
 */
export class OvertakenCreates1796119500000 implements MigrationInterface {
  readonly name = 'OvertakenCreates1796119500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operation add column gone_counts_after timestamptz');
    await runner.query(
      `update operation set exclusive = false
       where exclusive and initiator = 'gateway' and kind = 'unbind' and state in ('queued', 'running')`,
    );
    await runner.query(
      `create unique index operation_instance_incarnation_deprovision_uq on operation (instance_incarnation)
       where state = 'running' and kind = 'deprovision'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index operation_instance_incarnation_deprovision_uq');
    await runner.query('alter table operation drop column gone_counts_after');
  }
}
