import { BrokerError } from '#sdk';
import { DatabaseUnavailable } from '../database-unavailable.js';
import { Journal } from './journal.js';
import { Outage } from './outage.js';

class Lines extends Journal {
  readonly lines: unknown[] = [];
  info = (message: string, fields?: unknown): void => void this.lines.push(['info', message, fields]);
  warn = (message: string, fields?: unknown): void => void this.lines.push(['warn', message, fields]);
  error = (message: string, fields?: unknown): void => void this.lines.push(['error', message, fields]);
  child = (): Journal => this;
}

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const away = (): BrokerError => new DatabaseUnavailable(true, refused);

function setUp(): { outage: Outage; lines: unknown[]; clock: { ms: number } } {
  const journal = new Lines();
  const clock = { ms: 0 };
  return { outage: new Outage(journal, () => clock.ms), lines: journal.lines, clock };
}

test('a database that is away is told once, with the reason, and once when it is back, with the time', () => {
  const { outage, lines, clock } = setUp();
  for (clock.ms = 0; clock.ms < 600_000; clock.ms += 1_000) {
    outage.met('the loop hit an error', away());
    outage.connectionLost(refused);
  }
  expect(outage.isOn).toBe(true);
  outage.over();
  outage.over();
  expect(lines).toEqual([
    ['error', expect.stringContaining('the database is away'), { reason: 'ECONNREFUSED: connect ECONNREFUSED' }],
    ['info', 'the database is back', { awaySeconds: 600, connectionsLost: 600 }],
  ]);
  expect(outage.isOn).toBe(false);
});

test('connections that break together are told once, and again after the database has answered', () => {
  const { outage, lines } = setUp();
  for (let count = 0; count < 20; count += 1) outage.connectionLost(refused);
  outage.over();
  outage.connectionLost(refused);
  expect(lines).toEqual(Array.from({ length: 2 }, () => ['warn', 'a database connection was lost', { error: refused }]));
});

test('anything else is told each time, while the database is away too', () => {
  const { outage, lines } = setUp();
  const fault = new Error('a fault');
  outage.met('the loop hit an error', away());
  outage.met('the loop hit an error', fault);
  outage.met('the loop hit an error', fault);
  expect(lines.slice(1)).toEqual(Array.from({ length: 2 }, () => ['error', 'the loop hit an error', { error: fault }]));
});

test('what is unavailable but not the database is told as it is, and raises no alarm about the database', () => {
  const { outage, lines } = setUp();
  const busy = new BrokerError('Unavailable', 'schemas cannot be checked right now');
  outage.met('a catalog could not be kept', busy);
  expect(outage.isOn).toBe(false);
  expect(lines).toEqual([['error', 'a catalog could not be kept', { error: busy }]]);
});

test('a database that answers and could not do a statement is not told as away', () => {
  const { outage, lines } = setUp();
  outage.met('the loop hit an error', new DatabaseUnavailable(false, Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' })));
  expect(outage.isOn).toBe(false);
  expect(lines).toEqual([['warn', 'the database did not do a statement in time', { reason: '55P03: canceling statement due to lock timeout' }]]);
});
