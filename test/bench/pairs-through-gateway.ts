import { randomUUID } from 'node:crypto';
import { BenchClient } from './bench-client.js';
import { percentile } from './percentile.js';

const IDS = { service_id: 'simulator-service', plan_id: 'simulator-sync' };
const BODY = { ...IDS, organization_guid: 'o', space_guid: 's', parameters: { size: 'small', note: 'x'.repeat(200) } };

export interface PairsResult {
  readonly pairsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Provisions and deprovisions through the gateway, `concurrency` at a time. */
export async function pairsThroughGateway(port: number, concurrency: number, seconds: number): Promise<PairsResult> {
  const client = new BenchClient(port, concurrency);
  const until = performance.now() + seconds * 1000;
  const started = performance.now();
  const latenciesMs: number[] = [];
  const strand = async (): Promise<void> => {
    for (let begunAt = performance.now(); begunAt < until; begunAt = performance.now()) {
      const path = `/v2/service_instances/${randomUUID()}`;
      await client.ask('PUT', path, { status: 201, body: BODY });
      await client.ask('DELETE', `${path}?${new URLSearchParams(IDS).toString()}`, { status: 200 });
      latenciesMs.push(performance.now() - begunAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, strand));
  const pairsPerSecond = latenciesMs.length / ((performance.now() - started) / 1000);
  await client.close();
  return { pairsPerSecond, p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) };
}
