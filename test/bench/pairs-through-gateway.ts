import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';

const IDS = { service_id: 'simulator-service', plan_id: 'simulator-sync' };
const BODY = JSON.stringify({ ...IDS, organization_guid: 'o', space_guid: 's', parameters: { size: 'small', note: 'x'.repeat(200) } });

/** Provisions and deprovisions through the gateway, `concurrency` at a time. Gives pairs per second. */
export async function pairsThroughGateway(port: number, concurrency: number, seconds: number): Promise<number> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: concurrency });
  const headers = {
    authorization: `Basic ${Buffer.from('platform:bench').toString('base64')}`,
    'x-broker-api-version': '2.17',
    'content-type': 'application/json',
  };
  const ask = async (method: 'PUT' | 'DELETE', path: string, status: number, body?: string): Promise<void> => {
    const answer = await pool.request({ method, path, headers, ...(body === undefined ? {} : { body }) });
    const text = await answer.body.text();
    if (answer.statusCode !== status) throw new Error(`${method} was answered ${answer.statusCode}: ${text}`);
  };
  const until = performance.now() + seconds * 1000;
  const started = performance.now();
  let pairs = 0;
  const strand = async (): Promise<void> => {
    while (performance.now() < until) {
      const path = `/v2/service_instances/${randomUUID()}`;
      await ask('PUT', path, 201, BODY);
      await ask('DELETE', `${path}?${new URLSearchParams(IDS).toString()}`, 200);
      pairs += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, strand));
  const rate = pairs / ((performance.now() - started) / 1000);
  await pool.close();
  return rate;
}
