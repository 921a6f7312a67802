import fc from 'fast-check';
import { bindingRole, instanceNames } from './names.js';

const ref = (instanceId: string, serviceId = 's-1') => ({ instanceId, serviceId, planId: 'p-1' });

test('names of any ids are plain and fit into the 63 bytes Postgres keeps', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 1_024 }), fc.string(), (instanceId, bindingId) => {
      const { database, owner, reader } = instanceNames(ref(instanceId));
      for (const name of [database, owner, reader, bindingRole({ ...ref(instanceId), bindingId })]) {
        expect(name).toMatch(/^osb_[0-9a-v]{26}(_[0-9a-v]{26}|_ro)?$/);
      }
    }),
  );
});

test('names never change: a release that made others would lose every database', () => {
  expect(instanceNames(ref('i-1'))).toEqual({
    database: 'osb_0qr3tvgo2par550lkeva07pfk5',
    owner: 'osb_0qr3tvgo2par550lkeva07pfk5',
    reader: 'osb_0qr3tvgo2par550lkeva07pfk5_ro',
    rolePrefix: 'osb_0qr3tvgo2par550lkeva07pfk5_',
  });
  expect(bindingRole({ ...ref('i-1'), bindingId: 'b-1' })).toBe(
    'osb_0qr3tvgo2par550lkeva07pfk5_0fi9jpqic866l47db6h018c169',
  );
});

test.each([
  ['another instance', ref('i-2')],
  ['the same instance id of another service', ref('i-1', 's-2')],
  ['ids that read the same when joined', ref('1i-1', 's-')],
])('%s has another database', (_what, other) => {
  expect(instanceNames(other).database).not.toBe(instanceNames(ref('i-1')).database);
});
