/** Where a server listens and who may enter; fits a `pg` pool and TypeORM (as `username`) as it is. */
export interface PostgresConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** The same for another database on that server, as a URL. Holds the password. */
export function postgresUrl(connection: PostgresConnection, database: string): string {
  const { host, port, user, password } = connection;
  return `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`;
}
