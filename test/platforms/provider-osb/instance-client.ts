import { isDeepStrictEqual } from 'node:util';
import type { JsonBody } from '../../support/http-client.js';
import { decode } from '../go-json.js';
import { OsbError } from './answers.js';
import type { Answer, BrokerClient } from './broker-client.js';
import type { External, Observation } from './external.js';
import type { ServiceInstance } from './objects.js';

/** What the provider does about a ServiceInstance. */
export class InstanceClient implements External<ServiceInstance> {
  constructor(private readonly broker: BrokerClient) {}

  /** While something is under way it is polled, and nothing else is looked at; what is to be deleted is there, always. */
  async observe(instance: ServiceInstance): Promise<Observation> {
    if (instance.isInProgress || instance.state === 'deleting') return this.poll(instance);
    if (instance.isDeleted) return { exists: true, isUpToDate: true };
    try {
      const { body } = await this.broker.fetchInstance(instance.instanceId);
      instance.isSeen = true;
      return { exists: true, isUpToDate: isUpToDate(instance, body) };
    } catch (error) {
      if (error instanceof OsbError && error.isGone) return { exists: false };
      throw error;
    }
  }

  async create(instance: ServiceInstance): Promise<undefined> {
    const { instanceId, plan, home, context } = instance;
    take(instance, await this.broker.provision(instanceId, { ...plan, ...home, ...told(instance), context }));
  }

  async update(instance: ServiceInstance): Promise<undefined> {
    const { instanceId, plan, context } = instance;
    take(instance, await this.broker.update(instanceId, { ...plan, ...told(instance), context }));
  }

  /** That it is gone ends nothing: only a poll that says so does. */
  async delete(instance: ServiceInstance): Promise<void> {
    try {
      const { isAsync, body } = await this.broker.deprovision(instance.instanceId, instance.plan);
      if (isAsync) Object.assign(instance, { state: 'deleting', operation: body.operation ?? instance.operation });
      else instance.ends += 1;
    } catch (error) {
      if (!(error instanceof OsbError && error.isGone)) throw error;
      instance.ends += 1;
    }
  }

  private async poll(instance: ServiceInstance): Promise<Observation> {
    try {
      const { body } = await this.broker.lastOperation(instance.instanceId, undefined, instance.plan, instance.operation);
      instance.state = body.state ?? '';
      instance.description = body.description ?? instance.description;
      return { exists: true, isUpToDate: true };
    } catch (error) {
      if (error instanceof OsbError && error.isGone) return { exists: false };
      throw error;
    }
  }
}

/** Another plan is not even looked at, nor is anything else then. Without parameters there is always something to update. */
function isUpToDate({ plan, parameters, context, toldContext }: ServiceInstance, body: JsonBody): boolean {
  if (plan.plan_id !== (body.plan_id ?? '')) return true;
  if (parameters === '') return false;
  return isDeepStrictEqual(parse(parameters), body.parameters ?? null) && isDeepStrictEqual(context, toldContext);
}

function take(instance: ServiceInstance, { isAsync, body }: Answer): void {
  instance.toldContext = instance.context;
  instance.dashboardUrl = body.dashboard_url ?? undefined;
  instance.state = isAsync ? 'in progress' : 'succeeded';
  if (isAsync) instance.operation = body.operation ?? instance.operation;
}

/** An empty object is left out. */
function told({ parameters }: ServiceInstance): { parameters?: JsonBody } {
  const value = parse(parameters);
  return Object.keys(value).length > 0 ? { parameters: value } : {};
}

function parse(text: string): JsonBody {
  const result = decode(text === '' ? '{}' : text, 'map');
  if ('error' in result) throw new Error(result.error);
  return result.value;
}
