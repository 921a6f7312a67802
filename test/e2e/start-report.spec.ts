import { TestGateway } from '../support/gateway.js';
import { createDatabase } from '../support/postgres.js';

interface Line extends Record<string, unknown> {
  readonly msg: string;
}

const linesOf = ({ logLines }: TestGateway): Line[] => logLines.map((line) => JSON.parse(line) as Line);
const only = (gateway: TestGateway, message: string): Line[] => linesOf(gateway).filter(({ msg }) => msg === message);

test('a start and a stop tell the version, the backends, the migrations run, and what was found and left of operations', async () => {
  const database = await createDatabase();
  try {
    const first = await TestGateway.start({ database, env: { MIGRATE: 'auto' } });
    await first.register('slow', 'simulator', { serviceName: 'slow', asyncDurationMs: 600_000 });
    expect(only(first, 'the gateway has started')).toEqual([
      expect.objectContaining({
        level: 'info',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        backends: ['demo (demo, enabled)', 'postgresql (postgresql, enabled)'],
        migrations: expect.arrayContaining([expect.any(String)]),
        unfinishedOperations: [],
      }),
    ]);
    const osb = first.osb();
    const { body } = await osb.provision('i', await first.plan('slow', 'async'), {}, { acceptsIncomplete: true });
    await first.stopKeepingDatabase();
    expect(only(first, 'the gateway stops')).toHaveLength(1);
    expect(only(first, 'the gateway has stopped')).toEqual([expect.objectContaining({ operationsLeft: expect.any(Array) })]);

    const second = await TestGateway.start({ database });
    expect(only(second, 'the gateway has started')).toEqual([
      expect.objectContaining({ migrations: [], unfinishedOperations: [`provision ${body.operation}`] }),
    ]);
    await second.stopKeepingDatabase();
  } finally {
    await database.drop();
  }
});
