import { TestGateway } from '../support/gateway.js';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let gateways: TestGateway[];
beforeEach(async () => {
  database = await createDatabase(GATEWAY_TEMPLATE);
  gateways = [];
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await database.drop();
});

/** One more gateway on the database, with a data folder of its own, whose operator chose no password for the platform. */
async function start(env: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const gateway = await TestGateway.start({ database, env: { PLATFORM_PASSWORD: '', ...env } });
  gateways.push(gateway);
  return gateway;
}

/** What this gateway tells its operator of the platform's login. */
const told = ({ gateway }: TestGateway) => ({ login: gateway.newLogins?.platform, keepsAnother: gateway.platformKeepsPassword === true });

const signsIn = async (gateway: TestGateway, login: { readonly username: string; readonly password: string }): Promise<boolean> =>
  (await gateway.osb(login).catalog()).status === 200;

test('of gateways that start together one tells the password of the platform, and it is good at all of them', async () => {
  await Promise.all([start(), start(), start()]);
  const logins = gateways.flatMap((gateway) => told(gateway).login ?? []);
  expect(logins).toHaveLength(1);
  expect(gateways.filter((gateway) => told(gateway).keepsAnother)).toHaveLength(2);
  for (const gateway of gateways) for (const login of logins) expect(await signsIn(gateway, login)).toBe(true);
});

test('a gateway that starts later leaves the platform the password it has, made up or chosen', async () => {
  const { login } = told(await start());
  const later = await start();
  expect(told(later)).toEqual({ login: undefined, keepsAnother: true });
  expect(later.gateway.loginsFile).toBeUndefined();
  expect(login && (await signsIn(later, login))).toBe(true);

  const chosen = { username: 'platform', password: 'chosen' };
  await start({ PLATFORM_PASSWORD: chosen.password });
  const last = await start();
  expect(told(last).keepsAnother).toBe(true);
  expect(await signsIn(last, chosen)).toBe(true);
});

test('a new user name gets a password of its own beside the one there is', async () => {
  const { login: old } = told(await start());
  await Promise.all([start({ PLATFORM_USERNAME: 'renamed' }), start({ PLATFORM_USERNAME: 'renamed' })]);
  const logins = gateways.flatMap((gateway) => told(gateway).login ?? []);
  expect(logins).toEqual([old, { username: 'renamed', password: expect.any(String) }]);
  for (const gateway of gateways) for (const login of logins) expect(await signsIn(gateway, login)).toBe(true);
});
