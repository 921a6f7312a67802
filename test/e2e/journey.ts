import { randomUUID } from 'node:crypto';
import type { Answer } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';

export interface JourneyOptions {
  readonly plan: PlanIds;
  readonly instanceId?: string;
  readonly bindingId?: string;
  /** Whether the platform sends `accepts_incomplete=true`. */
  readonly acceptsIncomplete: boolean;
  /** Asynchronous bindings came with version 2.14: an older platform must never get a 202 for one. */
  readonly asyncBindings: boolean;
  /** The backend breaks down before it answers: the dashboard is not known yet when the gateway answers 202 (G108). */
  readonly answersGetLost?: boolean;
  readonly provisionParameters?: Record<string, unknown>;
  readonly updateParameters?: Record<string, unknown>;
  readonly bindParameters?: Record<string, unknown>;
}

/** The life of one instance with one binding, as a platform sees it; every step checks what the spec promises of it. */
export class Journey {
  readonly instanceId: string;
  readonly bindingId: string;
  private readonly operations = new Set<string>();

  constructor(
    private readonly osb: OsbClient,
    private readonly options: JourneyOptions,
  ) {
    this.instanceId = options.instanceId ?? randomUUID();
    this.bindingId = options.bindingId ?? randomUUID();
  }

  /** From the catalog to the grave, and once more. */
  async whole(): Promise<void> {
    await this.isOffered();
    await this.provision();
    await this.update();
    const first = await this.bind();
    await this.unbind();
    await this.deprovision();
    await this.provision();
    const second = await this.bind();
    expect(second).not.toBe(first);
    await this.unbind();
    await this.deprovision();
  }

  async isOffered(): Promise<void> {
    const { status, body } = await this.osb.catalog();
    expect(status).toBe(200);
    const service = body['services'].find(({ id }: { id: string }) => id === this.options.plan.serviceId);
    expect(service?.plans.map(({ id }: { id: string }) => id)).toContain(this.options.plan.planId);
  }

  /** PRV 221-224, GIN 266-267 and 275, LOI 177 and 190-191. */
  async provision(): Promise<void> {
    const { provisionParameters: parameters, plan } = this.options;
    const send = () => this.osb.provision(this.instanceId, plan, { parameters }, this.options);
    const made = await this.settled(await send(), 201);
    const repeated = await send();
    expect(repeated.status).toBe(200);
    if (!this.options.answersGetLost) expect(made.body['dashboard_url']).toBe(repeated.body['dashboard_url']);
    expect(repeated.body).not.toHaveProperty('operation');
    await this.fetchTells({ parameters });
  }

  /** UPD 283 and 285, GIN 276. */
  async update(): Promise<void> {
    const { provisionParameters, updateParameters, plan } = this.options;
    const change = { plan_id: plan.planId, parameters: updateParameters };
    await this.settled(await this.osb.update(this.instanceId, plan.serviceId, change, this.options), 200);
    const parameters = updateParameters === undefined ? provisionParameters : { ...provisionParameters, ...updateParameters };
    await this.fetchTells({ parameters });
  }

  /** BND 316-320, GBN 381-382, LOB 204-205. Gives the credentials as text. */
  async bind(): Promise<string> {
    const { bindParameters: parameters, plan } = this.options;
    const send = () => this.osb.bind(this.instanceId, this.bindingId, plan, { parameters }, this.options);
    const made = await send();
    if (made.status === 202) expect(Object.keys(made.body)).toEqual(['operation']);
    await this.settled(made, 201, this.bindingId);
    const repeated = await send();
    expect([repeated.status, repeated.body['credentials']]).toEqual([200, expect.any(Object)]);
    const fetched = await this.osb.fetchBinding(this.instanceId, this.bindingId);
    expect([fetched.status, fetched.body['credentials']]).toEqual([200, repeated.body['credentials']]);
    expect(fetched.body['parameters']).toEqual(parameters);
    if (made.status === 201) expect(made.body['credentials']).toEqual(repeated.body['credentials']);
    return JSON.stringify(repeated.body['credentials']);
  }

  /** UNB 397-399 and 404-405, GBN 387, LOB 208 and 215. */
  async unbind(): Promise<void> {
    const send = () => this.osb.unbind(this.instanceId, this.bindingId, this.options.plan, this.options);
    const operation = (await this.settled(await send(), 200, this.bindingId)).body['operation'] as string | undefined;
    const again = await send();
    expect([again.status, again.body]).toEqual([410, expect.any(Object)]);
    expect((await this.osb.fetchBinding(this.instanceId, this.bindingId)).status).toBe(404);
    expect((await this.osb.lastBindingOperation(this.instanceId, this.bindingId)).status).toBe(410);
    if (operation !== undefined) await this.staysSucceeded(operation, this.bindingId);
  }

  /** DEP 414-416, 419 and 431, GIN 274, LOI 184 and 186. */
  async deprovision(): Promise<void> {
    const send = () => this.osb.deprovision(this.instanceId, this.options.plan, this.options);
    const operation = (await this.settled(await send(), 200)).body['operation'] as string | undefined;
    const again = await send();
    expect([again.status, again.body]).toEqual([410, expect.any(Object)]);
    expect((await this.osb.fetch(this.instanceId)).status).toBe(404);
    expect((await this.osb.lastOperation(this.instanceId)).status).toBe(410);
    if (operation !== undefined) await this.staysSucceeded(operation);
    expect((await this.osb.bind(this.instanceId, this.bindingId, this.options.plan)).status).toBe(404);
    expect((await this.osb.update(this.instanceId, this.options.plan.serviceId)).status).toBe(404);
  }

  private async fetchTells(members: Record<string, unknown>): Promise<void> {
    const { status, body } = await this.osb.fetch(this.instanceId);
    const { serviceId: service_id, planId: plan_id } = this.options.plan;
    expect({ status, ...body }).toMatchObject({ status: 200, service_id, plan_id });
    expect(body['parameters']).toEqual(members['parameters']);
  }

  /** Waits for the end where the answer is 202, which only a platform that said so may get (ASY 153-155). */
  private async settled(answer: Answer, status: number, bindingId?: string): Promise<Answer> {
    if (answer.status !== 202) {
      expect([answer.status, answer.body]).toEqual([status, expect.not.objectContaining({ error: expect.anything() })]);
      expect((await this.last(undefined, bindingId)).body['state'] ?? 'gone').toMatch(/^(succeeded|gone)$/);
      return answer;
    }
    const { acceptsIncomplete, asyncBindings } = this.options;
    expect(acceptsIncomplete && (bindingId === undefined || asyncBindings)).toBe(true);
    const operation = answer.body['operation'] as string;
    expect(operation).toMatch(/^[\w-]{1,200}$/);
    expect(this.operations).not.toContain(operation);
    this.operations.add(operation);
    const ended = await this.osb.ended(this.instanceId, operation, bindingId);
    expect([ended.status, ended.body]).toEqual([200, { state: 'succeeded' }]);
    return answer;
  }

  private async staysSucceeded(operation: string, bindingId?: string): Promise<void> {
    for (let look = 0; look < 3; look += 1) {
      const { status, body } = await this.last(operation, bindingId);
      expect([status, body]).toEqual([200, { state: 'succeeded' }]);
    }
  }

  private last(operation?: string, bindingId?: string): Promise<Answer> {
    if (bindingId === undefined) return this.osb.lastOperation(this.instanceId, operation);
    return this.osb.lastBindingOperation(this.instanceId, bindingId, operation);
  }
}
