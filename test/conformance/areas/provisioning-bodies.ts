import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import { expectRefusal, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { expectAccepted, maintenanceVersion } from '../stories/changes.js';
import { expectNeverMade } from '../stories/refused-changes.js';
import type { JsonObject } from '../wire/answer.js';

const section = 'Provisioning › Body';
const response = 'Provisioning › Response';
const incomplete = { incomplete: true };
const NOBODYS_ID = 'conformance-nobody-offers-this';

/** A create with these changes of its body is carried out. */
async function expectMade(broker: BrokerUnderTest, role: Role, changes: JsonObject): Promise<void> {
  const instance = broker.instance(role);
  await expectAccepted(instance, await instance.provision(changes, incomplete), [201, 202]);
}

/** A create with these changes of its body is refused, and makes nothing. */
async function expectNotMade(broker: BrokerUnderTest, role: Role, changes: JsonObject, status: number, error?: string): Promise<void> {
  const instance = broker.instance(role);
  expectRefusal(await instance.provision(changes, incomplete), status, error);
  await expectNeverMade(instance);
}

/** A create that names this version of the plan is refused for it. */
const expectOtherVersion = (broker: BrokerUnderTest, role: Role, version: string): Promise<void> =>
  expectNotMade(broker, role, { maintenance_info: { version } }, 422, 'MaintenanceInfoConflict');

/** Refused when the member is absent, and when it is empty. */
async function expectMandatory(broker: BrokerUnderTest, member: string): Promise<void> {
  for (const value of [undefined, '']) await expectNotMade(broker, 'any', { [member]: value }, 400);
}

/** The body of a create: what has to be in it, and what may be. */
export const provisionBodies: readonly Row[] = [
  {
    number: 237,
    level: 'MUST',
    endpoint: 'provision',
    section: response,
    since: '2.13',
    title: 'answers 400 to a create without service_id, or with an empty one',
    needs: ['any'],
    check: (broker) => expectMandatory(broker, 'service_id'),
  },
  {
    number: 238,
    level: 'MUST',
    endpoint: 'provision',
    section: response,
    since: '2.13',
    title: 'answers 400 to a create without plan_id, or with an empty one',
    needs: ['any'],
    check: (broker) => expectMandatory(broker, 'plan_id'),
  },
  {
    number: 239,
    level: 'MUST',
    endpoint: 'provision',
    section: response,
    since: '2.13',
    title: 'answers 400 to a create without organization_guid, or with an empty one, deprecated as it is',
    needs: ['any'],
    check: (broker) => expectMandatory(broker, 'organization_guid'),
  },
  {
    number: 240,
    level: 'MUST',
    endpoint: 'provision',
    section: response,
    since: '2.13',
    title: 'answers 400 to a create without space_guid, or with an empty one',
    needs: ['any'],
    check: (broker) => expectMandatory(broker, 'space_guid'),
  },
  {
    number: 241,
    level: 'MAY',
    endpoint: 'provision',
    section: response,
    since: '2.16',
    title: 'answers 400 to a create of a service that is not in its catalog',
    needs: ['any'],
    check: (broker) => expectNotMade(broker, 'any', { service_id: NOBODYS_ID }, 400),
  },
  {
    number: 242,
    level: 'MAY',
    endpoint: 'provision',
    section: response,
    since: '2.16',
    title: 'answers 400 to a create of a plan that is not in its catalog',
    needs: ['any'],
    check: (broker) => expectNotMade(broker, 'any', { plan_id: NOBODYS_ID }, 400),
  },
  {
    number: 243,
    level: 'MAY',
    endpoint: 'provision',
    section: response,
    since: '2.16',
    title: 'answers 400 to a create with the plan of another service',
    needs: ['sync', 'otherService'],
    check: (broker) => expectNotMade(broker, 'sync', { plan_id: broker.cast('otherService').plan['id'] }, 400),
  },
  {
    number: 244,
    level: 'MUST*',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'carries out a create without a context',
    needs: ['any'],
    check: (broker) => expectMade(broker, 'any', { context: undefined }),
  },
  {
    number: 245,
    level: 'MUST*',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'carries out a create without parameters where the plan asks for none',
    needs: ['any'],
    check: (broker) => {
      if (broker.cast('any').create) throw new Inapplicable('the plan any needs parameters, as the profile says');
      return expectMade(broker, 'any', { parameters: undefined });
    },
  },
  {
    number: 246,
    level: 'MUST*',
    endpoint: 'provision',
    section,
    since: '2.15',
    title: 'carries out a create that names the version the plan has in the catalog',
    needs: ['withMaintenance'],
    check: (broker) => expectMade(broker, 'withMaintenance', { maintenance_info: { version: maintenanceVersion(broker) } }),
  },
  {
    number: 247,
    level: 'MUST',
    endpoint: 'provision',
    section: response,
    since: '2.15',
    title: 'answers 422 MaintenanceInfoConflict to a create that names another version of the plan, and makes nothing',
    needs: ['withMaintenance'],
    check: (broker) => expectOtherVersion(broker, 'withMaintenance', '9999.9.9'),
  },
  {
    number: 248,
    level: 'MUST*',
    endpoint: 'provision',
    section: 'Maintenance Info Object',
    since: '2.15',
    title: 'looks at nothing but the version in the maintenance_info of a create',
    needs: ['withMaintenance'],
    check: (broker) => {
      const info = { version: maintenanceVersion(broker), description: 'Not the one of the catalog.', 'x-vendor': { any: ['thing'] } };
      return expectMade(broker, 'withMaintenance', { maintenance_info: info });
    },
  },
  {
    number: 249,
    level: 'OPEN',
    endpoint: 'provision',
    section: response,
    since: '2.15',
    title: 'compares versions as texts: other build metadata is another version',
    needs: ['withMaintenance'],
    check: (broker) => expectOtherVersion(broker, 'withMaintenance', `${maintenanceVersion(broker).replace(/\+.*$/, '')}+conformance`),
  },
  {
    number: 250,
    level: 'OPEN',
    endpoint: 'provision',
    section: response,
    since: '2.15',
    title: 'answers 422 MaintenanceInfoConflict to a create that names a version of a plan without one',
    needs: ['withoutMaintenance'],
    check: (broker) => expectOtherVersion(broker, 'withoutMaintenance', '1.0.0'),
  },
  {
    number: 251,
    level: 'OPEN',
    endpoint: ['provision', 'update'],
    section: 'Maintenance Info Object',
    since: '2.15',
    title: 'takes a maintenance_info without a version for none',
    needs: ['any'],
    check: async (broker) => {
      const roles = (['any', 'withMaintenance'] as const).filter((role) => broker.parts.has(role));
      for (const role of roles) {
        await expectMade(broker, role, { maintenance_info: {} });
        const instance = await broker.made(role);
        await expectAccepted(instance, await instance.update({ maintenance_info: {} }, incomplete), [200, 202]);
      }
    },
  },
  {
    number: 252,
    level: 'MUST*',
    endpoint: ['provision', 'update'],
    section: response,
    since: '2.15',
    title: 'answers 400 to a create or update with a version that is no text',
    needs: ['any'],
    check: async (broker) => {
      const instance = await broker.made('any');
      for (const version of [2, true, ['1.0.0'], {}]) {
        await expectNotMade(broker, 'any', { maintenance_info: { version } }, 400);
        expectRefusal(await instance.update({ maintenance_info: { version } }, incomplete), 400);
      }
    },
  },
  {
    number: 253,
    level: 'MUST',
    endpoint: 'provision',
    section: response,
    since: '2.15',
    title: 'answers 422 MaintenanceInfoConflict, not 400, to a create with a text that is no version',
    needs: ['withMaintenance'],
    check: (broker) => expectOtherVersion(broker, 'withMaintenance', 'Invalid'),
  },
  {
    number: 254,
    level: 'MUST*',
    endpoint: 'provision',
    section,
    since: '2.15',
    title: 'carries out a create that names no version of a plan with one',
    needs: ['withMaintenance'],
    check: (broker) => expectMade(broker, 'withMaintenance', { maintenance_info: undefined }),
  },
  {
    number: 255,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.15',
    title: 'answers 422 MaintenanceInfoConflict to a create with a version older than that of its catalog',
    needs: ['withMaintenance'],
    check: (broker) => expectOtherVersion(broker, 'withMaintenance', '0.0.1'),
  },
];
