import type { Action, Family } from './action.js';

const sleep: Action = async (session) => (await session.hold())?.start('SELECT pg_sleep(300)');

/** A canceled statement goes on; only the end of the session ends it. */
const ignoresCancel: Action = async (session) =>
  (await session.hold())?.start(`DO $$ BEGIN FOR i IN 1..600 LOOP
    BEGIN PERFORM pg_sleep(0.5); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$`);

const busy: Action = (session) => session.run('SELECT count(*) FROM generate_series(1, 1000000)');

const cancelOthers: Action = async (session, random) => {
  const rows = await session.run('SELECT pid FROM pg_stat_activity ORDER BY pid LIMIT 100');
  const end = random.pick(['pg_cancel_backend', 'pg_terminate_backend']);
  const pids = random.shuffled(rows).slice(0, 10);
  for (const { pid } of pids) await session.run(`SELECT ${end}(${Number(pid)})`);
};

const memory: Action = (session) => session.run("SET work_mem = '32MB'", "SELECT length(repeat('m', 20000000))");

const copyOpen: Action = (session) => session.run('CREATE TEMP TABLE copied (t text)', 'COPY copied FROM STDIN');

const vacuum: Action = (session, random) =>
  session.run(random.pick(['VACUUM', 'ANALYZE', 'REINDEX SCHEMA public', 'CLUSTER', 'CHECKPOINT', 'VACUUM FULL pg_class']));

export const statements: Family = {
  name: 'statements',
  actions: { sleep, ignoresCancel, busy, cancelOthers, memory, copyOpen, vacuum },
};
