import { few, type Action, type Family } from './action.js';

const FLOOD = "SELECT count(pg_notify('c' || i, repeat(md5(i::text), 200))) FROM generate_series(1, 150) AS i";

const notify: Action = (session) => session.run(FLOOD);

const listen: Action = (session, random) => session.hold(`LISTEN c${few(random)}`);

export const notifications: Family = { name: 'notifications', actions: { notify, listen } };

/** What listens and is in a transaction keeps everything in the queue that was sent since. */
const listenInTransaction: Action = async (session) => {
  await session.hold('LISTEN c1', 'BEGIN', 'SELECT 1');
  await session.run(FLOOD, FLOOD, FLOOD);
};

/** The queue of the server, in all databases. */
export const notificationQueue: Family = { name: 'notification-queue', actions: { listenInTransaction } };
