import type { Login, RunningGateway } from './start-gateway.js';

type Started = Pick<RunningGateway, 'url' | 'newLogins' | 'loginsFile' | 'platformKeepsPassword'>;

const KEEPS_PASSWORD = '  platform keeps the password it has on this database; PLATFORM_PASSWORD sets a new one, for all gateways';

/** What a gateway says when it listens. Generated passwords are for a terminal alone: other outputs are kept in logs. */
export function greeting({ url, newLogins, loginsFile, platformKeepsPassword }: Started, isTerminal: boolean): string {
  const lines = [
    `OSB Gateway listens on ${url}`,
    `  catalog  curl -u platform:… -H 'X-Broker-API-Version: 2.17' ${url}/v2/catalog`,
    `  admin    curl -u admin:… ${url}/admin/v1/backends   (${url}/admin/v1/openapi.json)`,
    `  health   ${url}/health/ready`,
  ];
  if (newLogins && isTerminal) {
    lines.push(`Generated logins, shown this once and kept in ${loginsFile}:`);
    lines.push(...loginLine('platform', newLogins.platform), ...loginLine('admin', newLogins.admin));
  } else if (loginsFile) {
    lines.push(`  logins   generated ones are kept in ${loginsFile}`);
  }
  if (platformKeepsPassword) lines.push(KEEPS_PASSWORD);
  return `${lines.join('\n')}\n`;
}

const loginLine = (what: string, login: Login | undefined): string[] =>
  login ? [`  ${what.padEnd(8)} ${login.username}:${login.password}`] : [];
