import fc from 'fast-check';
import { aBinding, anInstance, provisioned, start, startProvision, succeeded } from './lives.js';
import { anEvent, TestRecord } from './record.js';

let record: TestRecord;
beforeAll(async () => {
  record = await TestRecord.open();
});
afterAll(() => record.close());

// What a backend writes may hold what Postgres cannot: U+0000 and halves of surrogate pairs.
const anyText = fc.string({ unit: fc.constantFrom('\0', '\ud800', '\udfff', '💾', '\\u0000', '\n', 'a'), maxLength: 8 });

test('an end is written whatever text the backend gave', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const operation = await startProvision(record, anInstance(record));
      const failure = { code: 'BackendFailed', word: text, description: text } as const;
      const instance = { state: 'failed', dashboardUrl: text, metadata: { labels: { [text]: text } } } as const;
      const audit = anEvent({ subject: text, description: text, originatingIdentity: text, after: { [text]: text } });
      expect(await record.lifecycle.settle(succeeded(operation, { state: 'failed', failure, instance, audit }))).toBe('written');
    }),
    { numRuns: 30 },
  );
});

test('a bind keeps its credentials byte for byte, whatever else came with them', async () => {
  const raw = '{"2":1,"1":12345678901234567890,"p":"\\u0000\\ud800"}';
  const instance = await provisioned(record);
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const binding = aBinding(instance);
      const bind = await start(record, 'bind', instance, { binding });
      const result = { credentials: { raw, value: JSON.parse(raw) as unknown }, metadata: { expires_at: text, renew_before: text } };
      expect(await record.lifecycle.settle(succeeded(bind, { binding: { state: 'ready', result } }))).toBe('written');
      const view = await record.lifecycle.findBinding(instance.platformId, instance.instanceId, binding.bindingId);
      expect(view?.binding?.result?.credentials?.raw).toBe(raw);
    }),
    { numRuns: 20 },
  );
});
