import type { Client, Pool } from 'pg';
import type { DataSource } from '#persistence';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** How a table was read by one statement. */
export interface Scan {
  readonly how: string;
  readonly table: string;
  readonly index: string | undefined;
  /** Rows looked at, those that were thrown away included. */
  readonly rows: number;
}

/** Has the server explain every statement of connections to this address, as it ran. */
export function explaining(url: string): string {
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_format': 'json',
    'auto_explain.log_level': 'notice',
  };
  const explained = new URL(url);
  explained.searchParams.set('options', Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`).join(' '));
  return explained.href;
}

/** Collects what the server explains to the connections of a database. */
export function collectScans(database: DataSource): Scan[] {
  const scans: Scan[] = [];
  const listening = new WeakSet<Client>();
  const pool = (database.driver as unknown as { master: Pool }).master;
  pool.on('acquire', (client) => {
    if (listening.has(client)) return;
    listening.add(client);
    client.on('notice', ({ message = '' }) => {
      const [, plan] = /^duration: .*?plan:\n(.*)$/s.exec(message) ?? [];
      if (plan !== undefined) scans.push(...scansOf((JSON.parse(plan) as { Plan: PlanNode }).Plan));
    });
  });
  return scans;
}

function scansOf(node: PlanNode): Scan[] {
  const below = (node.Plans ?? []).flatMap(scansOf);
  const table = node['Relation Name'];
  if (table === undefined || node['Node Type'] === 'ModifyTable') return below;
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const rows = (node['Actual Rows'] + removed) * node['Actual Loops'];
  return [...below, { how: node['Node Type'], table, index: node['Index Name'], rows }];
}
