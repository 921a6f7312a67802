import { randomBytes, randomUUID } from 'node:crypto';
import { Pool, type PoolClient } from 'pg';

/**
 * The limit for a pair: what any broker has to write that keeps intent before action and an audit trail. Four
 * transactions on tables shaped like the gateway's, prepared, on the same server, with the same concurrency:
 * intent of the create (3 rows), its end (2 changes, 1 row), intent of the delete under a row lock (2 rows), its end.
 */
export class BarePg {
  private readonly pool: Pool;

  constructor(url: string, concurrency: number) {
    this.pool = new Pool({ connectionString: url, max: Math.min(concurrency, 20) });
  }

  async prepare(): Promise<void> {
    await this.pool.query(`
      create schema if not exists bench;
      drop table if exists bench.audit, bench.operation, bench.instance;
      create table bench.instance (id uuid primary key, name text not null, plan text not null, state text not null,
        parameters bytea, context bytea, deleted_at timestamptz);
      create unique index on bench.instance (name) where deleted_at is null;
      create index on bench.instance (plan, name);
      create table bench.operation (id uuid primary key, instance uuid not null references bench.instance, kind text not null,
        state text not null, epoch bigint not null, created_at timestamptz not null default now());
      create unique index on bench.operation (instance) where state = 'running';
      create index on bench.operation (instance, created_at);
      create table bench.audit (id bigint generated always as identity primary key, at timestamptz not null default now(),
        operation uuid, action text not null, after jsonb);
      create index on bench.audit (operation)`);
  }

  /** Gives pairs per second. */
  async pairs(concurrency: number, seconds: number): Promise<number> {
    const until = performance.now() + seconds * 1000;
    const started = performance.now();
    let pairs = 0;
    const strand = async (): Promise<void> => {
      while (performance.now() < until) {
        await this.pair();
        pairs += 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, strand));
    return pairs / ((performance.now() - started) / 1000);
  }

  private async pair(): Promise<void> {
    const [instance, create, remove] = [randomUUID(), randomUUID(), randomUUID()];
    const after = JSON.stringify({ service_id: 's', plan_id: 'p', parameters: ['size', 'note'] });
    await this.run(INTENT, [instance, instance, 'p', randomBytes(280), create, after]);
    await this.run(END, [create, 'ready', null]);
    const client = await this.pool.connect();
    try {
      await this.intentOfDelete(client, instance, remove);
    } finally {
      client.release();
    }
    await this.run(END, [remove, 'deleted', 'yes']);
  }

  private async intentOfDelete(client: PoolClient, instance: string, remove: string): Promise<void> {
    await client.query('begin');
    await client.query({ ...LOCK, values: [instance] });
    await client.query({ ...VIEW, values: [instance] });
    await client.query({ ...INTENT_OF_DELETE, values: [remove, instance] });
    await client.query('commit');
  }

  private async run(statement: { name: string; text: string }, values: unknown[]): Promise<void> {
    await this.pool.query({ ...statement, values });
  }

  async end(): Promise<void> {
    await this.pool.query('drop schema bench cascade');
    await this.pool.end();
  }
}

const INTENT = {
  name: 'intent',
  text: `with i as (
      insert into bench.instance (id, name, plan, state, parameters) values ($1, $2, $3, 'creating', $4)
      on conflict do nothing returning id
    ), o as (
      insert into bench.operation (id, instance, kind, state, epoch) select $5, id, 'provision', 'running', 1 from i returning id
    )
    insert into bench.audit (operation, action, after) select id, 'started', $6::jsonb from o`,
};

const END = {
  name: 'end',
  text: `with o as (
      update bench.operation set state = 'succeeded' where id = $1 and state = 'running' and epoch = 1 returning id, instance
    ), i as (
      update bench.instance i set state = $2, parameters = case when $3::text is null then parameters end,
        deleted_at = case when $3::text is null then deleted_at else now() end
      from o where i.id = o.instance
    )
    insert into bench.audit (operation, action) select id, 'succeeded' from o`,
};

const LOCK = { name: 'lock', text: `select 1 from bench.instance where name = $1::text and deleted_at is null for update` };

const VIEW = {
  name: 'view',
  text: `select i.*, o.id as operation from bench.instance i
    left join bench.operation o on o.instance = i.id and o.state = 'running' where i.name = $1::text and i.deleted_at is null`,
};

const INTENT_OF_DELETE = {
  name: 'intent-of-delete',
  text: `with o as (
      insert into bench.operation (id, instance, kind, state, epoch) values ($1, $2, 'deprovision', 'running', 1) returning id
    )
    insert into bench.audit (operation, action) select id, 'started' from o`,
};
