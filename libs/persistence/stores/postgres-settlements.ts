import { cancellation, goneCountsInMs, type Incarnation, type OperationId, type Settlement, type Timings } from '#core';
import { DUE, ENDED, type Notifications } from '../notifications.js';
import { reservationValues } from '../rows/reservation-values.js';
import { settlementValues } from '../rows/settlement-values.js';
import type { TaskRow, TaskRows } from '../rows/task-rows.js';
import type { Queryable, Sql } from '../sql.js';
import { INSERT_CLEAN_UP } from '../statements/insert-operation.js';
import { LOCK_INCARNATION } from '../statements/lock-instance.js';
import { FIND_OVERTAKEN, OVERTOOK } from '../statements/overtaken-creates.js';
import { PARK_NEW } from '../statements/parked-operations.js';
import { FIND_FORGOTTEN, RELEASE_QUEUED } from '../statements/release-queued.js';
import { SETTLE_OPERATION } from '../statements/settle-operation.js';

interface SettledRow {
  readonly queued: boolean;
  readonly is_awaited: boolean;
}

interface Released {
  readonly id: OperationId;
  readonly is_due: boolean;
  /** The deprovision runs from now on. */
  readonly deprovisions: boolean;
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

  async releaseQueued(incarnation: Incarnation): Promise<void> {
    const { isDue, overtaken } = await this.sql.transaction(async (client) => {
      await this.sql.row(LOCK_INCARNATION, [incarnation], client);
      const overtakes = await this.overtake(incarnation, client);
      const release = () => this.sql.row<Released>(RELEASE_QUEUED, [incarnation, this.timings.callMs], client);
      let due = false;
      for (let released = await release(); released; released = await release()) {
        due ||= released.is_due;
        if (overtakes && released.deprovisions) await this.sql.rows(OVERTOOK, [released.id, overtakes.goneCountsInMs], client);
      }
      return { isDue: due, overtaken: overtakes?.id };
    });
    if (overtaken) this.notifications.send(ENDED, overtaken);
    if (isDue) this.notifications.send(DUE);
  }

  /** Ends the create that the queued deprovision need not wait for any longer. */
  private async overtake(incarnation: Incarnation, on: Queryable): Promise<{ id: OperationId; goneCountsInMs: number } | undefined> {
    const row = await this.sql.row<TaskRow & { may_act: boolean }>(FIND_OVERTAKEN, [incarnation, this.timings.callMs], on);
    if (!row) return undefined;
    const task = this.rows.read(row);
    if (!(await this.settleOn(on, cancellation(task, row.may_act)))) return undefined;
    return { id: task.operation.id, goneCountsInMs: goneCountsInMs(task.operation, this.timings) };
  }

  async releaseForgotten(): Promise<void> {
    for (const { incarnation } of await this.sql.rows<{ incarnation: Incarnation }>(FIND_FORGOTTEN, [])) {
      await this.releaseQueued(incarnation);
    }
  }
}
