import { randomUUID } from 'node:crypto';
import type { Parameters } from './broker-client.js';

export interface Condition {
  readonly type: 'Ready' | 'Failed' | 'OrphanMitigation';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** What the broker was told of an instance or a binding. */
export interface Properties {
  readonly planId: string;
  readonly parameters?: Parameters | undefined;
}

/** What instances and bindings have in common. */
interface Status {
  /** In the order in which each kind of them first came up. */
  readonly conditions: Condition[];
  currentOperation?: 'Provision' | 'Update' | 'Deprovision' | 'Bind' | 'Unbind' | undefined;
  operationStartSeconds?: number | undefined;
  asyncOpInProgress: boolean;
  /** The broker's word for it. */
  lastOperation?: string | undefined;
  orphanMitigationInProgress: boolean;
  /** While an operation runs, and while it is to be tried again. */
  inProgressProperties?: Properties | undefined;
  externalProperties?: Properties | undefined;
}

export interface InstanceStatus extends Status {
  observedGeneration: number;
  isProvisioned: boolean;
  /** Whether a delete would have to be told to the broker; `Failed`: nobody tries any more. */
  deprovisionStatus: '' | 'NotRequired' | 'Required' | 'Succeeded' | 'Failed';
  dashboardUrl?: string;
}

export interface BindingStatus extends Status {
  reconciledGeneration: number;
  unbindStatus: 'NotRequired' | 'Required' | 'Succeeded' | 'Failed';
}

export class ServiceInstance {
  readonly kind = 'instance';
  readonly externalId = randomUUID();
  generation = 1;
  deletionRequested = false;
  readonly status: InstanceStatus = {
    conditions: [],
    asyncOpInProgress: false,
    orphanMitigationInProgress: false,
    observedGeneration: 0,
    isProvisioned: false,
    deprovisionStatus: '',
  };

  constructor(
    readonly name: string,
    readonly classId: string,
    public planId: string,
    public parameters: Parameters | undefined,
  ) {}
}

/** Changes what is in a Secret, in turn. */
export type SecretTransform =
  | { readonly renameKey: { readonly from: string; readonly to: string } }
  | { readonly addKey: { readonly key: string; readonly stringValue: string } }
  | { readonly removeKey: { readonly key: string } };

export interface BindAsk {
  readonly parameters?: Parameters;
  /** The binding's name, if not given. */
  readonly secretName?: string;
  readonly secretTransforms?: readonly SecretTransform[];
}

export class ServiceBinding {
  readonly kind = 'binding';
  readonly externalId = randomUUID();
  readonly generation = 1;
  deletionRequested = false;
  readonly status: BindingStatus = {
    conditions: [],
    asyncOpInProgress: false,
    orphanMitigationInProgress: false,
    reconciledGeneration: 0,
    unbindStatus: 'NotRequired',
  };

  constructor(
    readonly name: string,
    readonly instanceName: string,
    readonly ask: BindAsk,
  ) {}

  get secretName(): string {
    return this.ask.secretName ?? this.name;
  }
}

/** A condition takes the place of the last one of its kind. */
export function setCondition({ conditions }: Status, condition: Condition): void {
  const index = conditions.findIndex(({ type }) => type === condition.type);
  if (index === -1) conditions.push(condition);
  else conditions[index] = condition;
}

export function removeCondition({ conditions }: Status, type: Condition['type']): void {
  const index = conditions.findIndex((condition) => condition.type === type);
  if (index !== -1) conditions.splice(index, 1);
}

export function isTrue({ conditions }: Status, type: Condition['type']): boolean {
  return conditions.some((condition) => condition.type === type && condition.status === 'True');
}

/** As `kubectl get` shows it: the last condition by its name, or why it does not hold. */
export function shown({ conditions }: Status): string {
  const last = conditions.at(-1);
  if (!last) return '';
  return last.status === 'True' ? last.type : last.reason;
}

export function messageOf({ conditions }: Status, type: Condition['type']): string {
  return conditions.find((condition) => condition.type === type)?.message ?? '';
}

/** An operation waits in the broker no more. */
export function clearAsync(status: Status): void {
  status.asyncOpInProgress = false;
  status.lastOperation = undefined;
}

export function clearOperation(status: Status): void {
  clearAsync(status);
  status.currentOperation = undefined;
  status.operationStartSeconds = undefined;
  status.inProgressProperties = undefined;
}
