import type { Incarnation, Settlement, Timings } from '#core';
import { DUE, ENDED, type Notifications } from '../notifications.js';
import { reservationValues } from '../rows/reservation-values.js';
import { settlementValues } from '../rows/settlement-values.js';
import type { TaskRows } from '../rows/task-rows.js';
import type { Queryable, Sql } from '../sql.js';
import { INSERT_CLEAN_UP } from '../statements/insert-operation.js';
import { LOCK_INCARNATION } from '../statements/lock-instance.js';
import { PARK_NEW } from '../statements/parked-operations.js';
import { FIND_FORGOTTEN, RELEASE_QUEUED } from '../statements/release-queued.js';
import { SETTLE_OPERATION } from '../statements/settle-operation.js';

interface SettledRow {
  readonly queued: boolean;
  readonly is_awaited: boolean;
}

interface Settled {
  /** A queued delete may be able to run now. */
  readonly queued: boolean;
  /** Requests at other processes may be waiting for this end. */
  readonly isAwaited: boolean;
}

/** The ends of operations, and the queued deletes that can run after them. */
export class PostgresSettlements {
  constructor(
    private readonly sql: Sql,
    private readonly rows: TaskRows,
    private readonly timings: Timings,
    private readonly notifications: Notifications,
  ) {}

  /** Says whether it was written: the operation may have another holder now. */
  async settle(settlement: Settlement): Promise<boolean> {
    const settled = settlement.cleanUp ? await this.settleLocked(settlement) : await this.settleOn(undefined, settlement);
    if (!settled) return false;
    if (settled.isAwaited) this.notifications.send(ENDED, settlement.operation.id);
    // It ended, whatever comes of this: what is not released now is released as forgotten.
    if (settled.queued) await this.releaseQueued(settlement.operation.instanceIncarnation).catch(() => undefined);
    return true;
  }

  /** Nobody can queue a delete of their own between the end and its clean-up. */
  private settleLocked(settlement: Settlement): Promise<Settled | undefined> {
    return this.sql.transaction(async (client) => {
      await this.sql.row(LOCK_INCARNATION, [settlement.operation.instanceIncarnation], client);
      return this.settleOn(client, settlement);
    });
  }

  /** Within a transaction; who commits it notifies of what is awaited. */
  async settleOn(on: Queryable | undefined, settlement: Settlement): Promise<Settled | undefined> {
    const { cleanUp } = settlement;
    const row = await this.sql.row<SettledRow>(SETTLE_OPERATION, settlementValues(settlement, this.rows, this.timings.callMs), on);
    if (!row) return undefined;
    const settled = { queued: row.queued, isAwaited: row.is_awaited };
    if (!cleanUp) return settled;
    await this.sql.rows(INSERT_CLEAN_UP, reservationValues(cleanUp, this.rows), on);
    if (cleanUp.isParked) await this.sql.rows(PARK_NEW, [cleanUp.operation.id], on);
    return { ...settled, queued: true };
  }

  private async releaseQueued(incarnation: Incarnation): Promise<void> {
    const isDue = await this.sql.transaction(async (client) => {
      await this.sql.row(LOCK_INCARNATION, [incarnation], client);
      const release = () => this.sql.row<{ is_due: boolean }>(RELEASE_QUEUED, [incarnation, this.timings.callMs], client);
      let due = false;
      for (let released = await release(); released; released = await release()) due ||= released.is_due;
      return due;
    });
    if (isDue) this.notifications.send(DUE);
  }

  async releaseForgotten(): Promise<void> {
    for (const { incarnation } of await this.sql.rows<{ incarnation: Incarnation }>(FIND_FORGOTTEN, [])) {
      await this.releaseQueued(incarnation);
    }
  }
}
