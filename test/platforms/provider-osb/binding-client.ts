import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { JsonBody } from '../../support/http-client.js';
import { decode } from '../go-json.js';
import { OsbError } from './answers.js';
import type { BrokerClient } from './broker-client.js';
import type { External, Observation } from './external.js';
import type { Details, ServiceBinding } from './objects.js';
import { isDueForRotation } from './renewal.js';

/** What the provider does about a ServiceBinding. */
export class BindingClient implements External<ServiceBinding> {
  constructor(
    private readonly broker: BrokerClient,
    /** `--enable-automatic-binding-rotation`. */
    private readonly rotates: boolean,
  ) {}

  /** A GET tells whether it is there at all, of what may be fetched and of what may not. */
  async observe(binding: ServiceBinding): Promise<Observation> {
    if (binding.isInProgress) return this.poll(binding);
    try {
      const { body } = await this.broker.fetchBinding(binding.instanceId, binding.externalName);
      return this.compare(binding, body);
    } catch (error) {
      if (error instanceof OsbError && error.isGone) return { exists: false };
      throw error;
    }
  }

  async create(binding: ServiceBinding): Promise<Details | undefined> {
    const { instanceId, externalName, plan, context, appGuid } = binding;
    const parameters = parse(binding.parameters);
    const body = {
      ...plan,
      ...(parameters !== null && Object.keys(parameters).length > 0 ? { parameters } : {}),
      bind_resource: { ...(appGuid === '' ? {} : { app_guid: appGuid }), route: '' },
      context,
    };
    return this.taken(binding, await this.broker.bind(instanceId, externalName, body));
  }

  /** Nothing of a binding can be updated: a rotation is meant. The name it gets is in no status, and so it is lost. */
  async update(binding: ServiceBinding): Promise<Details | undefined> {
    return this.taken(binding, await this.broker.rotate(binding.instanceId, randomUUID(), binding.externalName));
  }

  /** That it is accepted is an error too: Kubernetes lets nobody put a finalizer on what is being deleted. */
  async delete(binding: ServiceBinding): Promise<void> {
    const { isAsync, body } = await this.broker.unbind(binding.instanceId, binding.externalName, binding.plan);
    if (!isAsync) return;
    Object.assign(binding, { state: 'in progress', operation: body.operation ?? binding.operation });
    throw new Error('failed to add async deletion finalizer');
  }

  private taken(binding: ServiceBinding, { isAsync, body }: { readonly isAsync: boolean; readonly body: JsonBody }): Details | undefined {
    if (!isAsync) return detailsOf(body.credentials);
    Object.assign(binding, { state: 'in progress', operation: body.operation ?? binding.operation });
    return undefined;
  }

  /** What is gone is done with only if it was to be deleted: for all others it is an error, for ever. */
  private async poll(binding: ServiceBinding): Promise<Observation> {
    try {
      const { body } = await this.broker.lastOperation(binding.instanceId, binding.externalName, binding.plan, binding.operation);
      binding.state = body.state ?? '';
      binding.description = body.description ?? binding.description;
      return { exists: true, isUpToDate: true };
    } catch (error) {
      if (error instanceof OsbError && error.isGone && binding.isDeleted) return { exists: false };
      throw error;
    }
  }

  private compare(binding: ServiceBinding, body: JsonBody): Observation {
    binding.isSeen = true;
    binding.metadata = body.metadata ?? undefined;
    binding.toldParameters = JSON.stringify(body.parameters ?? null);
    const details = detailsOf(body.credentials);
    if (binding.metadata && !binding.metadata.renew_before) return { exists: true, isUpToDate: true, details };
    if (isDueForRotation(binding.metadata) && this.rotates) return { exists: true, isUpToDate: false };
    if (!isDeepStrictEqual(parse(binding.parameters), body.parameters ?? null)) throw new Error('status and spec provider parameters differ');
    return { exists: true, isUpToDate: true, details };
  }
}

/** An empty text is no JSON. */
function parse(text: string): JsonBody {
  if (text === 'null') return null;
  const result = decode(text, 'map');
  if ('error' in result) throw new Error(`failed to parse Spec.ForProvider.Parameters JSON: ${result.error}`);
  return result.value;
}

/** Each value as JSON, texts in quotes. */
function detailsOf(credentials: JsonBody): Details {
  return Object.fromEntries(Object.entries((credentials ?? {}) as Record<string, unknown>).map(([key, value]) => [key, JSON.stringify(value)]));
}
