import type { BindingChange, Incarnation, InstanceChange, Operation, OperationFailure, Settlement } from '#core';
import { storableJson } from '../storable-json.js';
import { storableText } from '../storable-text.js';
import { auditValues } from './audit-values.js';
import type { TaskRows } from './task-rows.js';

/** In the order of `SETTLE_OPERATION`. What a backend wrote is made storable: no text of its may keep an operation open. */
export function settlementValues(settlement: Settlement, rows: TaskRows, callMs: number): unknown[] {
  const { operation, by, state, failure, description, instance, binding, audit, cleanUp, isQuiet, mayAct = cleanUp?.afterCall, lastCause } = settlement;
  return [
    operation.id,
    by === 'holder' ? operation.epoch : null,
    state,
    ...failureValues(failure, description),
    ...instanceValues(instance, operation, rows),
    ...bindingValues(binding, operation, rows),
    ...auditValues(audit),
    mayAct ? callMs : null,
    isQuiet === true,
    storableText(lastCause),
  ];
}

function failureValues(failure: OperationFailure | undefined, description: string | undefined): unknown[] {
  return [
    failure?.code ?? null,
    storableText(failure?.word),
    storableText(failure?.description ?? description),
    failure?.instanceUsable ?? null,
    failure?.updateRepeatable ?? null,
  ];
}

function instanceValues(change: InstanceChange | undefined, { instanceIncarnation }: Operation, { instances }: TaskRows): unknown[] {
  return [
    change !== undefined,
    change?.state ?? null,
    change?.planId ?? null,
    instances.seal('parameters', instanceIncarnation, change?.parameters),
    instances.seal('context', instanceIncarnation, change?.context),
    storableText(change?.dashboardUrl),
    storableJson(change?.metadata),
    change?.maintenanceVersion ?? null,
  ];
}

function bindingValues(change: BindingChange | undefined, { bindingIncarnation }: Operation, { bindings }: TaskRows): unknown[] {
  const metadata = change?.result?.metadata;
  return [
    change !== undefined,
    change?.state ?? null,
    bindings.sealResult(bindingIncarnation as Incarnation, change?.result),
    storableText(metadata?.expires_at),
    storableText(metadata?.renew_before),
  ];
}
