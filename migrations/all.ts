import { Foundation1795219200000 } from './1795219200000-foundation.js';
import { UnheardFailures1795262400000 } from './1795262400000-unheard-failures.js';
import { ConfirmedOperations1796083200000 } from './1796083200000-confirmed-operations.js';
import { LastCauses1796086800000 } from './1796086800000-last-causes.js';
import { LongerCalls1796119000000 } from './1796119000000-longer-calls.js';
import { OvertakenCreates1796119500000 } from './1796119500000-overtaken-creates.js';
import { NotFoundPolls1796120000000 } from './1796120000000-not-found-polls.js';
import { KindsOfPlatform1796125000000 } from './1796125000000-kinds-of-platform.js';
import { ReservedIds1796126000000 } from './1796126000000-reserved-ids.js';

/** Every migration, oldest first. A new one is added at the end and never changed after a release. */
export const migrations = [
  Foundation1795219200000,
  UnheardFailures1795262400000,
  ConfirmedOperations1796083200000,
  LastCauses1796086800000,
  LongerCalls1796119000000,
  OvertakenCreates1796119500000,
  NotFoundPolls1796120000000,
  KindsOfPlatform1796125000000,
  ReservedIds1796126000000,
];
