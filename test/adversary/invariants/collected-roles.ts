import { setTimeout as pause } from 'node:timers/promises';
import type { Inspection } from '../inspection.js';
import type { Target } from '../target.js';
import type { Violations } from '../violations.js';

const LIMIT_MS = 60_000;
const EVERY_MS = 500;

/**
 * Holds when all instances are gone: entries of roles that could not be dropped at once are dropped while the backend
 * refreshes its catalog.
 *
 * @returns how many there were
 */
export async function checkRolesCollected({ admin, backend }: Target, inspection: Inspection, violations: Violations): Promise<number> {
  const first = await rolesLeft(inspection);
  const untilMs = Date.now() + LIMIT_MS;
  for (let left = first; left.length > 0; left = await rolesLeft(inspection)) {
    if (Date.now() > untilMs) {
      violations.add('roles left behind are collected', left.join(', '));
      break;
    }
    await admin.request('POST', `/admin/v1/backends/${backend}/refresh`);
    await pause(EVERY_MS);
  }
  return first.length;
}

async function rolesLeft(inspection: Inspection): Promise<string[]> {
  const rows = await inspection.rows<{ rolname: string }>("SELECT rolname FROM pg_roles WHERE rolname ~ '^osb_[0-9a-v]{26}' ORDER BY 1");
  return rows.map(({ rolname }) => rolname);
}
