import { readFile } from 'node:fs/promises';
import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

async function metrics(): Promise<string> {
  return (await gateway.admin().request('GET', '/metrics')).text;
}

test('requests are counted by route, never by URL', async () => {
  await gateway.osb().lastOperation('an-instance-nobody-made');
  const text = await metrics();
  expect(text).toMatch(
    /osb_request_seconds_count\{method="GET",route="\/v2\/service_instances\/:instance_id\/last_operation",status="404"\} 1/,
  );
  expect(text).not.toContain('an-instance-nobody-made');
});

test('every backend shows its calls and its breaker', async () => {
  const text = await metrics();
  expect(text).toContain('osb_backend_calls_under_way{backend="demo"} 0');
  expect(text).toContain('osb_backend_breaker_open{backend="postgresql"} 0');
});

test('a platform cannot read them', async () => {
  expect((await gateway.osb().http.request('GET', '/metrics')).status).toBe(401);
});

test('the reference names every metric of ours and no other', async () => {
  const named = [...(await readFile('docs/reference/metrics.md', 'utf8')).matchAll(/^\| `(osb_\w+)` \|/gm)].map(([, name]) => name);
  const served = [...(await metrics()).matchAll(/^# HELP (osb_\w+) /gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(served.toSorted());
});
