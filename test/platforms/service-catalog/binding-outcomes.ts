import { EXPIRED, ready, type Desk } from './desk.js';
import { clearOperation, setCondition, type Condition, type ServiceBinding } from './objects.js';

/** What becomes of a binding after each kind of answer. */

export function bound(binding: ServiceBinding): void {
  setCondition(binding.status, ready('True', 'InjectedBindResult', 'Injected bind result'));
  reconciled(binding);
}

/** For good. What the broker may have made is unbound. */
export function bindFailed(binding: ServiceBinding, readyCondition: Condition, failed: Condition, mitigate: boolean): void {
  const { status } = binding;
  setCondition(status, readyCondition);
  setCondition(status, failed);
  if (!mitigate) return reconciled(binding);
  setCondition(status, ready('False', 'ServiceBindingNeedsOrphanMitigation', 'Starting orphan mitigation'));
  status.orphanMitigationInProgress = true;
  status.asyncOpInProgress = false;
  status.operationStartSeconds = undefined;
}

export function unbound(desk: Desk, binding: ServiceBinding): void {
  const { status } = binding;
  const isMitigated = status.orphanMitigationInProgress;
  const reason = isMitigated ? 'OrphanMitigationSuccessful' : 'UnboundSuccessfully';
  setCondition(status, ready('False', reason, isMitigated ? 'Orphan mitigation was completed successfully' : 'The binding was deleted successfully'));
  reconciled(binding);
  status.externalProperties = undefined;
  status.unbindStatus = 'Succeeded';
  if (!isMitigated) desk.store.bindings.delete(binding.name);
}

export function unbindGivenUp(binding: ServiceBinding, readyCondition: Condition): void {
  const { status } = binding;
  const isMitigation = status.orphanMitigationInProgress;
  if (isMitigation) {
    setCondition(status, ready('Unknown', 'OrphanMitigationFailed', `Orphan mitigation failed: ${EXPIRED.message}`));
  } else {
    setCondition(status, { ...readyCondition, status: 'Unknown' });
    setCondition(status, EXPIRED);
  }
  reconciled(binding);
  status.unbindStatus = 'Failed';
}

function reconciled(binding: ServiceBinding): void {
  clearOperation(binding.status);
  binding.status.orphanMitigationInProgress = false;
  binding.status.reconciledGeneration = binding.generation;
}
