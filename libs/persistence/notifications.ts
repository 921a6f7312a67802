import { Injectable, Logger } from '@nestjs/common';
import { GroupedWrites } from './grouped-writes.js';
import { Sql } from './sql.js';

/** Channels of LISTEN and NOTIFY: an operation has ended, its id is the payload; operations are due. */
export const ENDED = 'osb_operation_ended';
export const DUE = 'osb_operation_due';

interface Notification {
  readonly channel: string;
  readonly payload: string;
}

/** $1 channels and $2 payloads, as columns of one table. */
const NOTIFY = {
  name: 'notify',
  text: `select pg_notify(n.channel, n.payload) from unnest($1::text[], $2::text[]) as n (channel, payload)`,
};

/**
 * Tells other processes what was committed. Only a hint: they look by themselves as well. So it is sent in a transaction
 * of its own, after the commit, and a full NOTIFY queue fails nothing else.
 */
@Injectable()
export class Notifications {
  private readonly logger = new Logger(Notifications.name);
  private readonly writes = new GroupedWrites((group: readonly Notification[]) => this.write(group));
  private isFailing = false;

  constructor(private readonly sql: Sql) {}

  /** Returns at once and never fails; that it could not be sent is logged once. */
  send(channel: string, payload = ''): void {
    this.writes.add({ channel, payload }).then(
      () => (this.isFailing = false),
      (error: unknown) => this.failed(error),
    );
  }

  private async write(group: readonly Notification[]): Promise<readonly undefined[]> {
    await this.sql.rows(NOTIFY, [group.map(({ channel }) => channel), group.map(({ payload }) => payload)]);
    return group.map(() => undefined);
  }

  private failed(error: unknown): void {
    if (this.isFailing) return;
    this.isFailing = true;
    const reason = error instanceof Error ? error.message : 'unknown reason';
    this.logger.warn(`other gateways cannot be notified (${reason}); they notice what ended at their next look`);
  }
}
