import type { GatewayProcess } from '../support/gateway-process.js';
import { basic, HttpClient } from '../support/http-client.js';
import { OsbClient, type PlanIds } from '../support/osb-client.js';
import { ADMIN, FIRST_PLATFORM } from './logins.js';

/** Everything that goes on without a database, and what must be refused. */
export class Asker {
  private readonly known: OsbClient;
  private readonly admin: HttpClient;
  private asked = 0;

  private constructor(
    private readonly url: string,
    private readonly plan: PlanIds,
    private readonly etag: string,
  ) {
    this.known = this.platform();
    this.admin = new HttpClient(url, { authorization: basic(ADMIN.username, ADMIN.password) });
  }

  static async of(gateway: GatewayProcess): Promise<Asker> {
    const first = gateway.osbAs(FIRST_PLATFORM.username, FIRST_PLATFORM.password);
    const { body, headers } = await first.catalog();
    const demo = body.services.find(({ name }: { name: string }) => name === 'demo');
    return new Asker(gateway.url, { serviceId: demo.id, planId: demo.plans[0].id }, String(headers['etag']));
  }

  get questions(): number {
    return Object.keys(this.expected(true)).length;
  }

  /** Gives the questions that were not answered as they must be. */
  async ask({ isAway }: { readonly isAway: boolean }): Promise<string[]> {
    const expected = this.expected(isAway);
    const newcomer = this.platform();
    const stranger = this.platform('wrong');
    const answers: Record<keyof typeof expected, Promise<{ readonly status: number }>> = {
      catalog: this.known.catalog(),
      'unchanged catalog': this.known.catalog({ headers: { 'if-none-match': this.etag } }),
      'login over a new connection': newcomer.catalog(),
      'wrong password': stranger.catalog(),
      administrator: this.admin.request('GET', '/admin/v1/catalog'),
      readiness: this.known.http.request('GET', '/health/ready'),
      provision: this.provision(),
    };
    const statuses = await Promise.all(Object.entries(answers).map(async ([what, answer]) => [what, (await answer).status] as const));
    await Promise.all([newcomer.close(), stranger.close()]);
    return statuses.filter(([what, status]) => !expected[what as keyof typeof expected].includes(status)).map(([what, status]) => `${what}: ${status}`);
  }

  provision(): Promise<{ readonly status: number }> {
    this.asked += 1;
    return this.known.provision(`instance-${this.asked}`, this.plan);
  }

  async residentBytes(): Promise<number> {
    const { text } = await this.admin.request('GET', '/metrics');
    return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
  }

  async close(): Promise<void> {
    await Promise.all([this.known.close(), this.admin.close()]);
  }

  private platform(password = FIRST_PLATFORM.password): OsbClient {
    return new OsbClient(this.url, FIRST_PLATFORM.username, password);
  }

  /** Of a wrong password nobody can tell for sure while the database is away; it lets nobody in. */
  private expected(isAway: boolean) {
    return {
      catalog: [200],
      'unchanged catalog': [304],
      'login over a new connection': [200],
      'wrong password': isAway ? [401, 503] : [401],
      administrator: [200],
      readiness: [200],
      provision: isAway ? [503] : [201],
    };
  }
}
