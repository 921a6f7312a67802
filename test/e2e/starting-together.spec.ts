import { TestGateway } from '../support/gateway.js';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { createDatabase, query, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
beforeEach(async () => (database = await createDatabase(GATEWAY_TEMPLATE)));
afterEach(() => database.drop());

const BROUGHT_IN = [{ name: 'default' }, { name: 'demo' }, { name: 'postgresql' }];
const broughtIn = () => query(database.url, `select name from backend union all select name from platform order by 1`);

test('gateways that start at the same moment on an empty database bring in the same things once, and none stumbles', async () => {
  const started = await Promise.allSettled(Array.from({ length: 4 }, () => TestGateway.start({ database })));
  const refusals = started.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
  await Promise.all(started.flatMap((each) => (each.status === 'fulfilled' ? [each.value.stop()] : [])));
  expect(refusals).toEqual([]);
  expect(await broughtIn()).toEqual(BROUGHT_IN);
});

test('a gateway that finds others faster at one thing after the other starts all the same', async () => {
  // Each table refuses once, as it does when somebody else has just inserted that name.
  await query(
    database.url,
    `create sequence asked_platform; create sequence asked_backend;
     create function refuse_once() returns trigger language plpgsql as $$ begin
       if nextval('asked_' || tg_table_name) = 1 then
         raise unique_violation using constraint = tg_table_name || '_name_uq';
       end if;
       return new;
     end $$;
     create trigger refuse_once before insert on platform for each row execute function refuse_once();
     create trigger refuse_once before insert on backend for each row execute function refuse_once()`,
  );
  const gateway = await TestGateway.start({ database });
  await gateway.stop();
  expect(await broughtIn()).toEqual(BROUGHT_IN);
});
