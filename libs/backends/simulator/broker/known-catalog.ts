import { createHash } from 'node:crypto';
import { BrokerError, type RawJson, type ServiceBackend } from '#sdk';
import { z } from 'zod';
import { jsonAnswer, type Answer } from './answer.js';
import { problemOf, type SchemaCall } from './parameter-schemas.js';

const catalogSchema = z.looseObject({
  services: z.array(
    z.looseObject({
      id: z.string(),
      plans: z.array(
        z.looseObject({ id: z.string(), maintenance_info: z.looseObject({ version: z.string() }).optional() }),
      ),
    }),
  ),
});

/** What a service announces of its GETs. */
export type RetrievableFlag = 'instances_retrievable' | 'bindings_retrievable';

/** The backend's catalog: read anew for every GET, remembered for checking the ids of other requests. */
export class KnownCatalog {
  #latest: z.infer<typeof catalogSchema> | undefined;

  constructor(private readonly backend: ServiceBackend) {}

  async answer(ifNoneMatch: string | undefined, signal: AbortSignal): Promise<Answer> {
    const catalog = await this.backend.catalog({ signal });
    const { body, headers } = jsonAnswer(200, catalog as Record<string, unknown>);
    this.#latest = catalogSchema.parse(catalog);
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`;
    const unchanged = ifNoneMatch?.split(',').some((tag) => [etag, `W/${etag}`, '*'].includes(tag.trim())) ?? false;
    return unchanged
      ? { status: 304, headers: { etag }, body: '' }
      : { status: 200, headers: { ...headers, etag }, body };
  }

  /** Whether the service announces this; what is in no catalog announces nothing. */
  async announces(serviceId: string, flag: RetrievableFlag, signal: AbortSignal): Promise<boolean> {
    const { services } = await this.#known(signal);
    return services.find(({ id }) => id === serviceId)?.[flag] === true;
  }

  /**
   * The version the plan is at.
   *
   * @throws BrokerError when there is no such plan, or it is not at the version the caller expects
   */
  async maintenanceVersion(
    { serviceId, planId, expected }: { serviceId: string; planId: string; expected: string | undefined },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { services } = await this.#known(signal);
    const service = services.find(({ id }) => id === serviceId);
    if (service === undefined) throw new BrokerError('BadRequest', `Service ${serviceId} is not in the catalog.`);
    const plan = service.plans.find(({ id }) => id === planId);
    if (plan === undefined)
      throw new BrokerError('BadRequest', `Plan ${planId} is not offered by service ${serviceId}.`);
    const version = plan.maintenance_info?.version;
    if (expected === undefined || expected === version) return version;
    throw new BrokerError(
      'MaintenanceInfoConflict',
      `Plan ${planId} is at ${version ?? 'no version'}, not ${expected}.`,
    );
  }

  /** @throws BrokerError BadRequest when the plan has a schema for this call, and the parameters break it */
  async demandParameters(
    { serviceId, planId }: { serviceId: string; planId: string },
    call: SchemaCall,
    parameters: RawJson | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (parameters === undefined) return;
    const { services } = await this.#known(signal);
    const plan = services.find(({ id }) => id === serviceId)?.plans.find(({ id }) => id === planId);
    const problem = problemOf(plan?.['schemas'], call, parameters.value);
    if (problem === undefined) return;
    throw new BrokerError('BadRequest', `The parameters do not match the schema of plan ${planId}: ${problem}.`);
  }

  async #known(signal: AbortSignal): Promise<z.infer<typeof catalogSchema>> {
    return (this.#latest ??= catalogSchema.parse(await this.backend.catalog({ signal })));
  }
}
