import type { Sealer, Task } from '#core';
import type { PlatformKind } from '#sdk';
import { BindingRows, type BindingRow } from './binding-rows.js';
import { InstanceRows, type InstanceRow } from './instance-rows.js';
import { OperationRows, type OperationRow } from './operation-rows.js';
import { present } from './present.js';

type Nullable<T> = { readonly [K in keyof T]: T[K] | null };

/** An operation with its instance, binding and platform, as `TASK_COLUMNS` selects them. */
export type TaskRow = OperationRow &
  InstanceRow &
  Nullable<BindingRow> & {
    readonly p_name: string;
    readonly p_kind: PlatformKind;
    readonly overdue: boolean;
    readonly may_be_under_way: boolean;
    readonly unquiet_for_ms: number;
    readonly sent_too_early: boolean;
    readonly gone_counts_in_ms: number;
    readonly not_found_polls: number;
    readonly not_found_for_ms: number;
  };

/** The rows of the lifecycle: each table's own, and all of them together as a task. */
export class TaskRows {
  readonly operations: OperationRows;
  readonly instances: InstanceRows;
  readonly bindings: BindingRows;

  constructor(sealer: Sealer) {
    this.operations = new OperationRows(sealer);
    this.instances = new InstanceRows(sealer);
    this.bindings = new BindingRows(sealer);
  }

  read(row: TaskRow, leasedAtMs = performance.now()): Task {
    return present({
      operation: this.operations.read(row),
      platform: { id: row.o_platform_id, name: row.p_name, kind: row.p_kind },
      instance: this.instances.read(row),
      binding: row.b_incarnation === null ? undefined : this.bindings.read(row as BindingRow),
      overdue: row.overdue,
      mayBeUnderWay: row.may_be_under_way,
      unquietForMs: Math.max(0, row.unquiet_for_ms),
      sentTooEarly: row.sent_too_early,
      goneCountsInMs: Math.max(0, row.gone_counts_in_ms),
      notFound: { polls: row.not_found_polls, forMs: row.not_found_for_ms },
      leasedAtMs,
    });
  }
}
