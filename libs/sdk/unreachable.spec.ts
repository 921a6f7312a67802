import { connect } from 'node:net';
import { HostRefusedError } from './guarded-lookup.js';
import { BrokerError } from './broker-error.js';
import { unavailableIfUnreachable } from './unreachable.js';

const failed = (what: Record<string, unknown>): Error => Object.assign(new Error('10.0.0.7 password'), what);

async function connectionTo(port: number): Promise<unknown> {
  const socket = connect(port, '127.0.0.1');
  const error = await new Promise((resolve) => socket.once('error', resolve));
  socket.destroy();
  return error;
}

test('a port nobody listens at was surely not asked, and may be asked again', async () => {
  const error = await connectionTo(1);
  const told = unavailableIfUnreachable(error);
  expect(told).toBeInstanceOf(BrokerError);
  expect(told).toMatchObject({ code: 'Unavailable', cause: error });
  expect((told as BrokerError).description).not.toMatch(/127\.0\.0\.1/);
});

test('what an HTTP client wraps is found, and that no address of a host could be reached', () => {
  const refused = failed({ code: 'ECONNREFUSED', syscall: 'connect' });
  const all = [new TypeError('fetch failed', { cause: refused }), new AggregateError([refused, failed({ code: 'ETIMEDOUT', syscall: 'connect' })])];
  for (const error of [...all, failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }), failed({ code: 'UND_ERR_CONNECT_TIMEOUT' }), new HostRefusedError('no')]) {
    expect(unavailableIfUnreachable(error)).toMatchObject({ code: 'Unavailable' });
  }
});

test('what may have been asked stays what it is', () => {
  const endless: Error = new Error('round');
  endless.cause = endless;
  const sent = failed({ code: 'ECONNRESET', syscall: 'read' });
  const half = new AggregateError([failed({ code: 'ECONNREFUSED', syscall: 'connect' }), sent]);
  for (const error of [sent, failed({ code: 'ETIMEDOUT', syscall: 'read' }), half, new AggregateError([]), new BrokerError('Conflict', 'no'), endless, 'text', undefined]) {
    expect(unavailableIfUnreachable(error)).toBe(error);
  }
});
