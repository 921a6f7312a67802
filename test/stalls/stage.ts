import { randomUUID } from 'node:crypto';
import { basic, HttpClient, type Answer, type Ask } from '../support/http-client.js';
import { reply, StubBroker, type Script } from '../support/stub-broker.js';

export interface Logins {
  readonly platform: { readonly username: string; readonly password: string };
  readonly admin: { readonly username: string; readonly password: string };
}

const SERVICE = 'hostile-service';
const PLAN = 'hostile-plan';
const IDS = `"service_id":"${SERVICE}","plan_id":"${PLAN}"`;
const CREATE = `${IDS},"organization_guid":"o","space_guid":"s"`;
const PATTERN = { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object', properties: { evil: { pattern: '^(a+)+$' } } };

/** A gateway under attack: by a client, by an operator, and by a broker behind it. */
export class HostileStage {
  private readonly scripts = new Map<string, Script>();
  private catalog: Script = reply(200, goodCatalog());

  private constructor(
    readonly osb: HttpClient,
    readonly admin: HttpClient,
    private readonly broker: StubBroker,
  ) {
    broker.otherwise((response, request) => {
      const [path = ''] = request.url.split('?');
      const script = path === '/v2/catalog' ? this.catalog : (this.scripts.get(`${request.method} ${path}`) ?? reply(200));
      script(response, request);
    });
  }

  static async start(url: string, { platform, admin }: Logins): Promise<HostileStage> {
    const osb = new HttpClient(url, { authorization: basic(platform.username, platform.password), 'x-broker-api-version': '2.17' });
    const operator = new HttpClient(url, { authorization: basic(admin.username, admin.password) });
    const stage = new HostileStage(osb, operator, await StubBroker.start());
    const settings = { url: stage.broker.url, username: 'gateway', password: 'secret' };
    await operator.request('POST', '/admin/v1/backends', { body: { name: 'hostile', type: 'osb', settings, enabled: true } });
    return stage;
  }

  /** @param members of the body behind the ids; with its comma */
  create(members = '', id: string = randomUUID()): Promise<Answer> {
    return this.osb.request('PUT', `/v2/service_instances/${id}`, { raw: `{${CREATE}${members}}` });
  }

  update(id: string, parameters: string): Promise<Answer> {
    return this.osb.request('PATCH', `/v2/service_instances/${id}`, { raw: `{"service_id":"${SERVICE}","parameters":${parameters}}` });
  }

  /** A create that the broker answers so. */
  async createAnswered(script: Script): Promise<Answer> {
    const id = randomUUID();
    this.scripts.set(`PUT /v2/service_instances/${id}`, script);
    return this.create('', id);
  }

  /** A bind that the broker answers so. */
  async bindAnswered(script: Script): Promise<Answer> {
    const id = randomUUID();
    await this.create('', id);
    const path = `/v2/service_instances/${id}/service_bindings/b`;
    this.scripts.set(`PUT ${path}`, script);
    return this.osb.request('PUT', path, { raw: `{${IDS}}` });
  }

  /** The backend as operators see it after the broker gave this catalog; then it gives the good one again. */
  async readCatalog(script: Script): Promise<Answer> {
    this.catalog = script;
    try {
      return await this.admin.request('POST', '/admin/v1/backends/hostile/refresh');
    } finally {
      this.catalog = reply(200, goodCatalog());
      await this.admin.request('POST', '/admin/v1/backends/hostile/refresh');
    }
  }

  get(path: string, ask: Ask = {}): Promise<Answer> {
    return this.osb.request('GET', path, ask);
  }

  async stop(): Promise<void> {
    await Promise.all([this.osb.close(), this.admin.close()]);
    await this.broker.stop();
  }
}

/** A catalog with more services than the good one, which stays in it. */
export function catalogWith(...services: object[]): { readonly services: readonly object[] } {
  return { services: [...goodCatalog().services, ...services] };
}

function goodCatalog(): { readonly services: readonly object[] } {
  const plan = { id: PLAN, name: 'hostile', description: 'x', schemas: { service_instance: { create: { parameters: PATTERN } } } };
  return { services: [{ id: SERVICE, name: 'hostile', description: 'x', bindable: true, plan_updateable: true, plans: [plan] }] };
}
