import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Call } from '../broker/resources.js';
import type { Endpoint } from '../specification.js';
import type { Answer } from '../wire/answer.js';
import { living } from './every-call.js';

/** A request that cannot go well. */
export interface Failure {
  readonly endpoint: Endpoint;
  /** What the specification wants it to be answered. */
  readonly statuses: readonly number[];
  /** The error word the specification gives it. */
  readonly word?: string;
  readonly answer: Answer;
}

/** Sent along with each of them. */
export const FAILURES_IDENTITY = 'conformance-failure';

const call: Call = { headers: { 'X-Broker-API-Request-Identity': FAILURES_IDENTITY }, incomplete: true };
const withoutFlag: Call = { ...call, incomplete: false };
const NOBODYS_ID = 'conformance-nobody-offers-this';

/** Every call with what is wrong for it: malformed, unknown, in conflict, unsupported, broken down. */
export async function failures(broker: BrokerUnderTest): Promise<Failure[]> {
  const all = await Promise.all([
    unversioned(broker),
    wrongCreates(broker),
    wrongUpdates(broker),
    wrongBindings(broker),
    unknown(broker),
    taken(broker),
    needingPatience(broker),
    outdated(broker),
    brokenDown(broker),
  ]);
  return all.flat();
}

/** The failures of some calls only. */
export async function failuresOf(broker: BrokerUnderTest, endpoints: readonly Endpoint[]): Promise<Failure[]> {
  return (await broker.once(failures)).filter(({ endpoint }) => endpoints.includes(endpoint));
}

async function failed(endpoint: Endpoint, statuses: readonly number[], sent: Promise<Answer>, word?: string): Promise<Failure> {
  return { endpoint, statuses, answer: await sent, ...(word === undefined ? {} : { word }) };
}

async function unversioned(broker: BrokerUnderTest): Promise<Failure[]> {
  const headers = { ...call.headers, 'X-Broker-API-Version': '3.0' };
  return [await failed('catalog', [400, 412], broker.send('GET', '/v2/catalog', { headers }))];
}

function wrongCreates(broker: BrokerUnderTest): Promise<Failure[]> {
  return Promise.all([
    failed('provision', [400], broker.instance('any').provision({ service_id: undefined }, call)),
    failed('provision', [400], broker.instance('any').provision({ plan_id: NOBODYS_ID }, call)),
    failed('provision', [400], broker.send('PUT', broker.instance('any').path, { ...call, raw: '{"service_id":' })),
  ]);
}

async function wrongUpdates(broker: BrokerUnderTest): Promise<Failure[]> {
  const { instance } = await broker.once(living);
  return Promise.all([
    failed('update', [400], instance.update({ service_id: undefined }, call)),
    failed('update', [400, 404, 422], instance.update({ plan_id: NOBODYS_ID }, call)),
    failed('deprovision', [400], instance.deprovision({ ...call, query: { service_id: '' } })),
  ]);
}

async function wrongBindings(broker: BrokerUnderTest): Promise<Failure[]> {
  const { instance, binding } = await broker.once(living);
  if (!binding) return [];
  return Promise.all([
    failed('bind', [400], instance.binding().bind({ service_id: undefined, plan_id: undefined }, call)),
    failed('unbind', [400], binding.unbind({ ...call, query: { plan_id: '' } })),
    failed('bind', [400, 404, 410, 422], broker.instance('anyBindable').binding().bind({}, call)),
    failed('unbind', [410], instance.binding().unbind(call)),
    failed('fetch binding', [400, 404], instance.binding().fetch(call)),
    failed('last operation of a binding', [400, 404, 410], instance.binding().lastOperation(undefined, call)),
  ]);
}

function unknown(broker: BrokerUnderTest): Promise<Failure[]> {
  const instance = broker.instance('any');
  return Promise.all([
    failed('update', [400, 404, 410, 422], instance.update({}, call)),
    failed('deprovision', [410], instance.deprovision(call)),
    failed('fetch instance', [400, 404], instance.fetch(call)),
    failed('last operation', [400, 404, 410], instance.lastOperation(undefined, call)),
  ]);
}

/** The id of an instance, for another space. */
async function taken(broker: BrokerUnderTest): Promise<Failure[]> {
  const { instance } = await broker.once(living);
  return [await failed('provision', [409], instance.provision({ space_guid: NOBODYS_ID }, call))];
}

async function needingPatience(broker: BrokerUnderTest): Promise<Failure[]> {
  const refusing = (endpoint: Endpoint, sent: Promise<Answer>): Promise<Failure> => failed(endpoint, [422], sent, 'AsyncRequired');
  const { parts } = broker;
  const instances = parts.has('asyncOnly') ? await asyncInstances(broker, refusing) : [];
  if (!parts.has('asyncOnlyBinding')) return instances;
  const binding = await broker.bound('asyncOnlyBinding');
  const unbound = binding.instance.binding();
  return [...instances, await refusing('bind', unbound.bind({}, withoutFlag)), await refusing('unbind', binding.unbind(withoutFlag))];
}

type Refusing = (endpoint: Endpoint, sent: Promise<Answer>) => Promise<Failure>;

async function asyncInstances(broker: BrokerUnderTest, refusing: Refusing): Promise<Failure[]> {
  const instance = await broker.made('asyncOnly');
  return [
    await refusing('provision', broker.instance('asyncOnly').provision({}, withoutFlag)),
    await refusing('update', instance.update({}, withoutFlag)),
    await refusing('deprovision', instance.deprovision(withoutFlag)),
  ];
}

/** With another version of the plan than the catalog has. */
async function outdated(broker: BrokerUnderTest): Promise<Failure[]> {
  if (!broker.parts.has('withMaintenance')) return [];
  const changes = { maintenance_info: { version: '9999.9.9' } };
  const instance = await broker.made('withMaintenance');
  return Promise.all([
    failed('provision', [422], broker.instance('withMaintenance').provision(changes, call), 'MaintenanceInfoConflict'),
    failed('update', [422], instance.update(changes, call), 'MaintenanceInfoConflict'),
  ]);
}

async function brokenDown(broker: BrokerUnderTest): Promise<Failure[]> {
  if (!broker.parts.has('brokenCreate')) return [];
  return [await failed('provision', [500, 502, 503, 504], broker.instance('brokenCreate').provision({}, call))];
}
