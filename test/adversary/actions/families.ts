import type { Family } from './action.js';
import { disguises } from './disguises.js';
import { grants } from './grants.js';
import { locks, lockTable } from './locks.js';
import { messages } from './messages.js';
import { notificationQueue, notifications } from './notifications.js';
import { ownership } from './ownership.js';
import { prepared } from './prepared.js';
import { roleSettings } from './role-settings.js';
import { sessions } from './sessions.js';
import { spying } from './spying.js';
import { statements } from './statements.js';
import { storage } from './storage.js';
import { transactions } from './transactions.js';

/** Everything an attacker can choose from, in a fixed order: the seed decides by it. */
export const FAMILIES: readonly Family[] = [
  grants,
  transactions,
  sessions,
  ownership,
  locks,
  lockTable,
  roleSettings,
  prepared,
  storage,
  notifications,
  notificationQueue,
  messages,
  disguises,
  statements,
  spying,
];
