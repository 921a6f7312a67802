import { connect as connectSocket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '../session.js';
import { type Action, type Family } from './action.js';

const MOST_OPENED = 24;

const reconnect: Action = async (session, random) => {
  for (let turn = 3 + random.below(10); turn > 0; turn -= 1) {
    await session.reconnect();
    await session.run('SELECT pg_backend_pid()');
  }
};

/** Up to the limit of the role or of the database, and for a while. */
const upToTheLimit: Action = async (session, random) => {
  const { login, arena } = session;
  const opened: Connection[] = [];
  while (opened.length < MOST_OPENED) {
    const connection = await Connection.open(login, arena, random);
    if (connection === undefined) break;
    opened.push(connection);
  }
  await pause(random.below(1_500));
  await Promise.all(opened.map((connection) => connection.close()));
};

/** Many at once, as clients do that were all cut off at the same moment. */
const allAtOnce: Action = async (session, random) => {
  const { login, arena } = session;
  const opening = Array.from({ length: 8 }, () => Connection.open(login, arena, random));
  const opened = (await Promise.all(opening)).filter((connection) => connection !== undefined);
  await Promise.all(opened.map((connection) => connection.run('CREATE TABLE IF NOT EXISTS raced (i int)')));
  await Promise.all(opened.map((connection) => connection.close()));
};

/** Eight that log in, write and leave without a pause: one of them is always on its way in. */
const storm: Action = async (session, random) => {
  const { login, arena } = session;
  const untilMs = Date.now() + 1_000;
  const rush = async (): Promise<void> => {
    while (Date.now() < untilMs) {
      const connection = await Connection.open(login, arena, random);
      if (connection === undefined) continue;
      await connection.run('CREATE TEMP TABLE stormed (i int)');
      await connection.close();
    }
  };
  await Promise.all(Array.from({ length: 8 }, rush));
};

/** Connected, and silent before the login. */
const silentSockets: Action = async (session, random) => {
  const { host, port } = session.login;
  const sockets = Array.from({ length: 4 }, () => connectSocket({ host, port }).on('error', () => undefined));
  await pause(random.below(1_000));
  for (const socket of sockets) socket.destroy();
};

const idleInTransaction: Action = (session) => session.hold('BEGIN', 'SELECT 1');

/** To be taken for the gateway itself. */
const gatewaysName: Action = (session) => session.hold("SET application_name = 'osb-gateway'", 'BEGIN', 'SELECT 1');

export const sessions: Family = {
  name: 'sessions',
  actions: { reconnect, upToTheLimit, allAtOnce, storm, silentSockets, idleInTransaction, gatewaysName },
};
