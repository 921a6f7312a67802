import { Client, DatabaseError } from 'pg';
import { z } from 'zod';
import type { Json } from './answer.js';
import { expectEqual, Surprise } from './surprise.js';

const databaseCredentials = z.object({
  uri: z.string(),
  host: z.string(),
  port: z.number(),
  database: z.string(),
  username: z.string(),
});

type Credentials = z.output<typeof databaseCredentials>;

const CONNECT_TIMEOUT_MS = 10_000;
const INSUFFICIENT_PRIVILEGE = '42501';
/** What a server says to a login it does not know, or not any more. */
const LOGIN_REFUSED = ['28P01', '28000'];

/** Reads what a bind gave. */
export function credentialsIn({ credentials }: Json): Credentials {
  const { data, error } = databaseCredentials.safeParse(credentials);
  if (data) return data;
  const problems = error.issues.map(({ path, message }) => `${['credentials', ...path].join('.')}: ${message}`);
  throw new Surprise('credentials of a database', problems.join('; '));
}

/** An application at work in the database it was bound to. */
export class DatabaseVisit {
  private constructor(
    private readonly client: Client,
    private readonly credentials: Credentials,
  ) {
    // An ended session is what the tour wants to see in the end.
    client.on('error', () => undefined);
  }

  static async enter(credentials: Credentials): Promise<DatabaseVisit> {
    try {
      return new DatabaseVisit(await connected(credentials), credentials);
    } catch (error) {
      const { host, port, database } = credentials;
      const { code, message } = error as { code?: string; message?: string };
      const reason = [code, message].filter((part) => part).join(' ');
      throw new Surprise(`to get into database ${database} on ${host}:${port} from here`, reason);
    }
  }

  async makeTable(): Promise<void> {
    await this.client.query('create table orders (id integer primary key, item text not null)');
    await this.client.query('insert into orders (id, item) values ($1, $2), ($3, $4)', [1, 'tea', 2, 'cake']);
  }

  async expectRows(): Promise<void> {
    const { rows } = await this.client.query<{ id: number; item: string }>('select id, item from orders order by id');
    expectEqual('the rows', rows, [{ id: 1, item: 'tea' }, { id: 2, item: 'cake' }]);
  }

  async expectReadOnly(): Promise<void> {
    const outcome = await outcomeOf(this.client.query('delete from orders'));
    if (outcome === INSUFFICIENT_PRIVILEGE) return;
    throw new Surprise(`SQLSTATE ${INSUFFICIENT_PRIVILEGE} for a write`, outcome);
  }

  /** After the unbind: the open session has ended, and no new one is let in. */
  async expectThrownOut(): Promise<void> {
    const open = await outcomeOf(this.client.query('select 1'));
    if (open === 'success') throw new Surprise('the open session to have ended', 'an answer to a query');
    const again = await outcomeOf(connected(this.credentials).then((client) => client.end()));
    if (LOGIN_REFUSED.includes(again)) return;
    throw new Surprise(`SQLSTATE ${LOGIN_REFUSED.join(' or ')} for the old login`, again);
  }

  async leave(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}

async function connected({ uri }: Credentials): Promise<Client> {
  const client = new Client({ connectionString: uri, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  return client;
}

/** `success`, the SQLSTATE the server gave, or what else went wrong. */
async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'success',
    (error: unknown) => (error instanceof DatabaseError ? (error.code ?? error.message) : (error as Error).message),
  );
}
