import { setTimeout as wait } from 'node:timers/promises';
import {
  createSimulator,
  startBroker,
  type BrokerOptions,
  type RunningBroker,
  type Simulator,
} from '#backends/simulator';

export const HEADERS = {
  authorization: `Basic ${Buffer.from('platform:s:ecret').toString('base64')}`,
  'x-broker-api-version': '2.17',
  'content-type': 'application/json',
};
export const INSTANCE = '/v2/service_instances/i-1';
export const BINDING = `${INSTANCE}/service_bindings/b-1`;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** A simulator behind a broker server of its own, and a platform that calls it over HTTP. */
export interface SimulatedBroker extends RunningBroker {
  readonly simulator: Simulator;
  call(
    method: string,
    path: string,
    body?: string,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Reply>;
  /** Polls until the operation is not in progress any more. */
  end(path: string): Promise<Reply>;
}

export async function startSimulatedBroker(
  options: Partial<BrokerOptions> = {},
  simulator = createSimulator({ asyncDurationMs: 20, slowDelayMs: 20 }),
): Promise<SimulatedBroker> {
  const { ledger } = simulator;
  const server = await startBroker({
    backend: simulator,
    ledger,
    username: 'platform',
    password: 's:ecret',
    ...options,
  });
  const broker: SimulatedBroker = {
    ...server,
    simulator,
    async call(method, path, body, headers = {}, signal) {
      const optional = { ...(body === undefined ? {} : { body }), ...(signal === undefined ? {} : { signal }) };
      const sent = { method, headers: { ...HEADERS, ...headers }, ...optional };
      const response = await fetch(`${server.url}${path}`, sent);
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: text === '' ? {} : JSON.parse(text) };
    },
    async end(path) {
      for (;;) {
        const reply = await broker.call('GET', path);
        if (reply.json['state'] !== 'in progress') return reply;
        await wait(5);
      }
    },
  };
  return broker;
}

const ids = (plan: string): string => `"service_id":"simulator-service","plan_id":"simulator-${plan}"`;

/** The query of a delete. */
export const query = (plan: string): string => `?service_id=simulator-service&plan_id=simulator-${plan}`;

export const provisionBody = (plan: string, parameters = '{}', more = ''): string =>
  `{${ids(plan)},"organization_guid":"org","space_guid":"space","parameters":${parameters}${more}}`;

export const bindBody = (plan: string, parameters = '{}'): string => `{${ids(plan)},"parameters":${parameters}}`;

/** Where to poll what was accepted. */
export const pollPath = (path: string, { json }: Reply): string =>
  `${path}/last_operation?operation=${encodeURIComponent(String(json['operation']))}`;
