import { setTimeout as pause } from 'node:timers/promises';
import type { InventoryEvent, ReceivedRequest, WireFaultInput } from '#backends/simulator';
import type { OperationKind } from '#sdk';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';
import { Archive } from './archive.js';
import { ASYNC_MS } from './bench-timings.js';
import type { BackendCall, BackendLedger, BackendResource } from './history.js';

const PATH = /^\/v2\/service_instances\/([^/?]+)(?:\/service_bindings\/([^/?]+))?(?:\?(.*))?$/;
const LOOK_EVERY_MS = 5;

/** A broker of the bench, outside every gateway: what its ledger says is the truth. */
export class BackendUnderTest {
  private readonly requests = new Archive<ReceivedRequest>();
  private readonly events = new Archive<InventoryEvent>();

  private constructor(
    readonly name: string,
    private readonly remote: RemoteSimulator,
  ) {}

  static async start(name: string): Promise<BackendUnderTest> {
    return new BackendUnderTest(name, await startRemote({ serviceName: name, asyncDurationMs: ASYNC_MS }));
  }

  /** For a backend of type `osb`. */
  get settings(): RemoteSimulator['settings'] {
    return this.remote.settings;
  }

  get serviceId(): string {
    return `${this.name}-service`;
  }

  planId(plan: string): string {
    return `${this.name}-${plan}`;
  }

  addFault(fault: WireFaultInput): void {
    this.remote.broker.addFault(fault);
  }

  /** Resolves when the broker has got such a request; with `acted`, when it has also done what it asks for. */
  async received(method: string, path: RegExp, { acted }: { readonly acted: boolean }): Promise<void> {
    const { requests } = this.remote.broker;
    const from = requests.length;
    for (;;) {
      const request = requests.slice(from).find((each) => each.method === method && path.test(each.url.split('?')[0] ?? ''));
      if (request && (!acted || this.hasActed(request))) return;
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Keeps what the broker has written down until now: it forgets the oldest. */
  keepRecords(): void {
    this.requests.add(this.remote.broker.requests);
    this.events.add(this.remote.simulator.ledger.inventory.events);
  }

  /** What it knows of these instances, by its own ids. */
  ledger(isMeant: (instanceId: string) => boolean): BackendLedger {
    const { inventory } = this.remote.simulator.ledger;
    const instances = inventory.instances().filter(({ instanceId }) => isMeant(instanceId));
    const resources = instances.flatMap(({ instanceId, planId, status, bindings }): BackendResource[] => [
      { instanceId, planId, status },
      ...bindings.map(({ bindingId, credentials, status: standing }) => ({ instanceId, bindingId, credentials, status: standing })),
    ]);
    this.keepRecords();
    const events = this.events.entries.filter(({ instanceId }) => isMeant(instanceId));
    return {
      name: this.name,
      serviceIds: [this.serviceId],
      calls: this.requests.entries.flatMap(callOf).filter(({ instanceId }) => isMeant(instanceId)),
      resources,
      events: events.map(({ at, ...event }) => ({ ...event, atMs: Date.parse(at) })),
    };
  }

  close(): Promise<void> {
    return this.remote.broker.close();
  }

  /** The simulator acts at once when the broker lets it, so whatever was called after the request came in was for it. */
  private hasActed({ at, url }: ReceivedRequest): boolean {
    const [, instanceId = ''] = PATH.exec(url.replace('/last_operation', '')) ?? [];
    const calls = this.remote.simulator.ledger.calls.filter((call) => call.at >= at && call.instanceId === decodeURIComponent(instanceId));
    return calls.some(({ outcome }) => outcome !== 'running');
  }
}

/** Requests that change something; the others are left out. */
function callOf({ at, endedAt, method, url, body, status }: ReceivedRequest): BackendCall[] {
  const [, instanceId, bindingId, search] = PATH.exec(url) ?? [];
  const verb = verbOf(method, bindingId);
  if (instanceId === undefined || verb === undefined) return [];
  const serviceId = method === 'DELETE' ? new URLSearchParams(search).get('service_id') : serviceOf(body);
  return [
    {
      verb,
      instanceId: decodeURIComponent(instanceId),
      atMs: Date.parse(at),
      ...(bindingId === undefined ? {} : { bindingId: decodeURIComponent(bindingId) }),
      ...(serviceId ? { serviceId } : {}),
      ...(endedAt === undefined ? {} : { endedAtMs: Date.parse(endedAt) }),
      ...(status === undefined ? {} : { status }),
    },
  ];
}

function verbOf(method: string, bindingId: string | undefined): OperationKind | undefined {
  const isBinding = bindingId !== undefined;
  if (method === 'PUT') return isBinding ? 'bind' : 'provision';
  if (method === 'DELETE') return isBinding ? 'unbind' : 'deprovision';
  return method === 'PATCH' ? 'update' : undefined;
}

function serviceOf(body: string): string | undefined {
  return (JSON.parse(body) as { service_id?: string }).service_id;
}
