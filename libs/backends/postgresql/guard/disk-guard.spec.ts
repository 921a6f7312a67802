import { testEnvironment } from '#sdk/testing';
import { DiskGuard } from './disk-guard.js';
import { LoginSuspensions } from './login-suspensions.js';

const SERVER = { host: '127.0.0.1', port: 1, user: 'postgres', password: 'secret' };

test('a disk that cannot be watched is told to operators, once and not with every round', async () => {
  const { log, lines } = testEnvironment('postgresql');
  const freeBytes = (): Promise<number> => Promise.reject(new Error('ENOENT: no such directory'));
  const disk = new DiskGuard(SERVER, new LoginSuspensions(SERVER), log, undefined, freeBytes);
  for (let round = 0; round < 3; round += 1) {
    disk.check();
    await disk.settled();
  }
  expect(lines).toEqual([expect.objectContaining({ message: expect.stringContaining('could not be guarded') as string })]);
  expect(lines[0]?.fields).toEqual({ reason: 'ENOENT: no such directory' });
});
