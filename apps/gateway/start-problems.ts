import { ConfigurationError, type Environment } from '#config';

type ListensOn = Pick<Environment, 'port' | 'host'>;

/** Why the gateway cannot listen, as a line that names the variable to change; anything else stays as it is. */
export function listenProblem(error: unknown, { port, host }: ListensOn): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new ConfigurationError(`PORT ${port} is in use on ${host}. Set PORT to a free port, or to 0 for any.`);
    case 'EACCES':
      return new ConfigurationError(`PORT ${port} is not open to this account. Set PORT to one above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConfigurationError(`HOST "${host}" is not an address of this machine. Set HOST to one that is.`);
    default:
      return error;
  }
}

/** Why the database of `DATABASE_URL` cannot be used. Never shows the address: it holds the password. */
export function databaseProblem(error: unknown): ConfigurationError {
  const { message } = error as { message?: string };
  const reason = [codeOf(error), message].filter((part) => part).join(': ');
  return new ConfigurationError(
    `DATABASE_URL names a database that cannot be used (${reason}). Correct the address, or start that server.`,
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}
