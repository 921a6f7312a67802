import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { describeAdminApi } from '../admin-api.module.js';
test('x', async () => {
  const start = performance.now();
  const doc = await describeAdminApi();
  console.log(performance.now() - start);
  const s2 = performance.now(); await describeAdminApi(); console.log(performance.now() - s2);
  writeFileSync('/tmp/openapi.json', JSON.stringify(doc, null, 1));
});
