/** The embedded PostgreSQL cannot be used. The message is one line: what is wrong and the way out; never a secret. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(problem: string, wayOut: string) {
    const message = `${problem}: ${wayOut}, or set DATABASE_URL to a PostgreSQL server of your own.`;
    super(message.replaceAll(/\s*[\r\n]+\s*/g, ' '));
  }
}
