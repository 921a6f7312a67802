import { reply, StubBroker, type ReceivedRequest, type Script } from '../support/stub-broker.js';
import type { PlanIds } from '../support/osb-client.js';

/** What a broker can be asked for. */
export type Subject = 'catalog' | 'instance' | 'binding' | 'last operation';

type Offering = Record<string, unknown>;

const CREDENTIALS = { credentials: { password: 'p' } };
const GOOD: Readonly<Record<string, Script>> = {
  'PUT instance': reply(201, {}),
  'PATCH instance': reply(200, {}),
  'DELETE instance': reply(200, {}),
  'GET instance': reply(404, {}),
  'PUT binding': reply(201, CREDENTIALS),
  'DELETE binding': reply(200, {}),
  'GET binding': reply(404, {}),
  'GET last operation': reply(200, { state: 'succeeded' }),
};

/**
 * A broker behind the gateway, on a real socket: it does what it was told for each call, remembers what it was asked,
 * and answers everything else as a good broker with one offering would.
 */
export class ScriptedBroker {
  private readonly told = new Map<string, Script[]>();

  private constructor(
    private readonly stub: StubBroker,
    readonly name: string,
    /** What it offers; it may be changed. */
    public services: Offering[],
  ) {
    stub.otherwise((response, request) => this.scriptFor(request)(response, request));
  }

  /** Its offering has the broker's name, its plan the id `<name>-plan`. */
  static async start(name: string, offering: Offering = {}, plan: Record<string, unknown> = {}): Promise<ScriptedBroker> {
    return new ScriptedBroker(await StubBroker.start(), name, [offeringOf(name, offering, plan)]);
  }

  get plan(): PlanIds {
    return { serviceId: `${this.name}-service`, planId: `${this.name}-plan` };
  }

  /** For a backend of type `osb`. */
  get settings(): { readonly url: string; readonly username: string; readonly password: string } {
    return { url: this.stub.url, username: 'gateway', password: `${this.name}-password` };
  }

  /** What it does when asked so, one script after the other; the last one goes on. */
  when(method: string, subject: Subject, ...scripts: Script[]): this {
    this.told.set(`${method} ${subject}`, scripts);
    return this;
  }

  /** Does again what a good broker does, and forgets what it was asked. */
  forget(): void {
    this.told.clear();
    this.stub.requests.length = 0;
  }

  /** What it was asked of this kind, in order. */
  asked(method: string, subject: Subject): ReceivedRequest[] {
    return this.stub.requests.filter((request) => request.method === method && subjectOf(request) === subject);
  }

  /** All that it was asked to change. */
  get changes(): string[] {
    return this.stub.requests.filter(({ method }) => method !== 'GET').map((request) => `${request.method} ${subjectOf(request)}`);
  }

  stop(): Promise<void> {
    return this.stub.stop();
  }

  private scriptFor(request: ReceivedRequest): Script {
    const key = `${request.method} ${subjectOf(request)}`;
    const scripts = this.told.get(key) ?? [];
    const script = scripts.length > 1 ? scripts.shift() : scripts[0];
    return script ?? (key === 'GET catalog' ? reply(200, { services: this.services }) : (GOOD[key] ?? reply(404, {})));
  }
}

/** An offering with one plan that can do everything. */
export function offeringOf(name: string, more: Offering = {}, plan: Record<string, unknown> = {}): Offering {
  return {
    id: `${name}-service`,
    name,
    description: `Offered by ${name}.`,
    bindable: true,
    instances_retrievable: false,
    bindings_retrievable: false,
    plan_updateable: true,
    plans: [{ id: `${name}-plan`, name: 'standard', description: 'Its only plan.', ...plan }],
    ...more,
  };
}

function subjectOf({ url }: ReceivedRequest): Subject {
  const [path = ''] = url.split('?');
  if (path.endsWith('/catalog')) return 'catalog';
  if (path.endsWith('/last_operation')) return 'last operation';
  return path.includes('/service_bindings/') ? 'binding' : 'instance';
}
