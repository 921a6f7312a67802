import { Injectable } from '@nestjs/common';
import { BrokerError, fromRawJson, type FetchedBinding } from '#sdk';
import { sentParameters } from '../instances/fetch-instance.js';
import { optional } from '../optional.js';
import { PLATFORM_PROFILES } from '../platforms/platform-profiles.js';
import type { Caller } from '../operations/caller.js';
import { LifecycleStore } from '../operations/lifecycle-store.js';

/** GET …/service_bindings/:binding_id (OSB 2.17, Fetching a Service Binding). Answered from the sealed record. */
@Injectable()
export class FetchBinding {
  constructor(private readonly lifecycle: LifecycleStore) {}

  async execute(caller: Caller, instanceId: string, bindingId: string): Promise<FetchedBinding> {
    const binding = (await this.lifecycle.findBinding(caller.platform.id, instanceId, bindingId))?.binding;
    if (binding?.state !== 'ready') throw new BrokerError('NotFound', 'there is no service binding of this id');
    const { parameters } = binding;
    if (PLATFORM_PROFILES[caller.platform.kind].fetchedParameters === 'asSent') return { ...binding.result, parameters: sentParameters(binding) };
    return { ...binding.result, ...optional('parameters', parameters === undefined ? undefined : fromRawJson(parameters)) };
  }
}
