import { Pool } from 'pg';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { createDatabase, query, type TestDatabase } from '../support/postgres.js';
import type { AuditRow, BindingRow, DatabaseState, InstanceRow, OperationRow, Transition } from './history.js';

/** Writes down every committed change of what must never go back: what a table looks like at the end does not tell. */
const OBSERVERS = [
  `create table transition (
     seq bigint generated always as identity, table_name text, id text, state text, epoch bigint, owner text
   )`,
  `create function observe_operation() returns trigger language plpgsql as $$ begin
     insert into transition (table_name, id, state, epoch, owner) values ('operation', new.id, new.state, new.epoch, new.leased_by);
     return null;
   end $$`,
  `create function observe_resource() returns trigger language plpgsql as $$ begin
     insert into transition (table_name, id, state) values (tg_table_name, new.incarnation::text, new.state);
     return null;
   end $$`,
  `create trigger observer after insert or update on operation for each row execute function observe_operation()`,
  `create trigger observer after insert or update on service_instance for each row execute function observe_resource()`,
  `create trigger observer after insert or update on service_binding for each row execute function observe_resource()`,
];

/** A gateway's database with the bench looking over its shoulder. */
export class ObservedDatabase {
  private constructor(
    private readonly database: TestDatabase,
    private readonly client: Pool,
  ) {}

  /** @param given a migrated database; one on the server of this run when absent */
  static async create(given?: TestDatabase): Promise<ObservedDatabase> {
    const database = given ?? (await createDatabase(GATEWAY_TEMPLATE));
    for (const statement of OBSERVERS) await query(database.url, statement);
    const client = new Pool({ connectionString: database.url, max: 1 });
    // The bench may take the server away; the next question opens another connection.
    client.on('error', () => undefined);
    return new ObservedDatabase(database, client);
  }

  get url(): string {
    return this.database.url;
  }

  /** Lets a test plant a fault of its own. */
  async execute(sql: string): Promise<void> {
    await this.client.query(sql);
  }

  /** How many operations on these instances nobody would carry on when their gateway is killed. */
  async unconfirmed(prefix: string): Promise<number> {
    const rows = await this.rows(
      `select o.id from operation o join service_instance i on i.incarnation = o.instance_incarnation
       where i.instance_id like $1 || '%' and o.state in ('queued', 'running') and not o.confirmed`,
      prefix,
    );
    return rows.length;
  }

  /** How many operations on these instances have not ended. */
  async unfinished(prefix: string): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      `select count(*)::integer as count from operation o join service_instance i on i.incarnation = o.instance_incarnation
       where i.instance_id like $1 || '%' and o.state in ('queued', 'running')`,
      [prefix],
    );
    return rows[0]?.count ?? 0;
  }

  /** The process id of whoever holds an operation on these instances: its name begins with host and process id. */
  async holder(prefix: string): Promise<number | undefined> {
    const { rows } = await this.client.query<{ owner: string }>(
      `select o.leased_by as owner from operation o join service_instance i on i.incarnation = o.instance_incarnation
       where i.instance_id like $1 || '%' and o.state = 'running' and o.leased_by is not null`,
      [prefix],
    );
    const [, pid] = /-(\d+)-[0-9a-f]+$/.exec(rows[0]?.owner ?? '') ?? [];
    return pid === undefined ? undefined : Number(pid);
  }

  /** Under which ids the backends know all other instances there ever were. */
  async backendIdsOfOthers(prefix: string): Promise<ReadonlySet<string>> {
    const { rows } = await this.client.query<{ id: string }>(
      `select backend_instance_id as id from service_instance where instance_id not like $1 || '%'`,
      [prefix],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** All about the instances whose id begins like this. */
  async state(prefix: string): Promise<DatabaseState> {
    const instances = await this.rows<InstanceRow>(INSTANCES, prefix);
    const bindings = await this.rows<BindingRow>(BINDINGS, prefix);
    const operations = await this.rows<OperationRow>(OPERATIONS, prefix);
    const ids = [...instances, ...bindings].map(({ incarnation }) => incarnation).concat(operations.map(({ id }) => id));
    const transitions = await this.client.query<Transition>(TRANSITIONS, [ids]);
    return { instances, bindings, operations, transitions: transitions.rows, audit: await this.rows<AuditRow>(AUDIT, prefix) };
  }

  async drop(): Promise<void> {
    await this.client.end();
    await this.database.drop();
  }

  private async rows<R extends object>(sql: string, prefix: string): Promise<R[]> {
    return (await this.client.query<R>(sql, [prefix])).rows;
  }
}

const INSTANCES = `
  select i.incarnation, p.name as platform, i.instance_id as "instanceId", b.name as backend,
    i.backend_instance_id as "backendInstanceId", i.service_id as "serviceId", i.plan_id as "planId", i.state
  from service_instance i join platform p on p.id = i.platform_id join backend b on b.id = i.backend_id
  where i.instance_id like $1 || '%' order by i.created_at`;

const BINDINGS = `
  select b.incarnation, b.instance_incarnation as "instanceIncarnation", b.binding_id as "bindingId",
    b.backend_binding_id as "backendBindingId", b.state
  from service_binding b join service_instance i on i.incarnation = b.instance_incarnation
  where i.instance_id like $1 || '%' order by b.created_at`;

const OPERATIONS = `
  select o.id, o.kind, o.initiator, o.state, o.instance_incarnation as "instanceIncarnation",
    o.binding_incarnation as "bindingIncarnation", o.parked_at is not null as parked,
    o.next_attempt_at is not null or o.leased_until is not null as "hasFuture"
  from operation o join service_instance i on i.incarnation = o.instance_incarnation
  where i.instance_id like $1 || '%' order by o.created_at`;

const TRANSITIONS = `
  select table_name as "table", id, state, epoch::integer as epoch, owner from transition where id = any($1::text[]) order by seq`;

const AUDIT = `
  select (extract(epoch from at) * 1000)::float8 as "atMs", action, subject, operation_id as "operationId", outcome
  from audit_event where subject like '%instance ' || $1 || '%' order by id`;
