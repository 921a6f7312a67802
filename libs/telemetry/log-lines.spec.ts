import { createLogger } from './logger.js';
import { NestLog } from './nest-log.js';
import { PinoJournal } from './pino-journal.js';

let lines: string[];
const logger = () => createLogger('info', { write: (line) => void lines.push(line) });
beforeEach(() => {
  lines = [];
});

const failed = Object.assign(new Error('it failed'), { query: 'canary-query', cause: new Error('canary-cause') });

test.each<[string, () => void]>([
  ['the journal', () => new PinoJournal(logger()).error('failed', { error: failed, reasons: Array(80_000).fill('x'.repeat(100)) })],
  ['a child of it', () => new PinoJournal(logger()).child({ backend: 'x'.repeat(100_000) }).info('said')],
  ['Nest', () => new NestLog(logger()).error('x'.repeat(100_000), failed, 'y'.repeat(100_000))],
])('no line of %s is of any length, or has what hangs on an error', (_who, write) => {
  write();
  expect(lines).toHaveLength(1);
  expect(lines[0]?.length).toBeLessThan(30_000);
  expect(lines[0]).not.toContain('canary');
});

test('an error keeps its name, message and stack, and a line its fields', () => {
  new PinoJournal(logger()).error('failed', { error: failed, operation: 'o-1' });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', msg: 'failed', operation: 'o-1', error: { name: 'Error', message: 'it failed', stack: expect.stringContaining('log-lines') } });
});
