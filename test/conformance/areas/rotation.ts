import type { Binding, Instance } from '../broker/resources.js';
import { expectMember, expectObject, expectRefusal, expectSame, expectStatus, expectThat } from '../expecting.js';
import type { Area } from '../row.js';
import { boundWith, fetchedIfRetrievable, toldOf } from '../stories/binds.js';
import { expectAccepted } from '../stories/changes.js';
import { expectNeverMade } from '../stories/refused-changes.js';
import { afterRotation, demandRotatable, rotated } from '../stories/rotations.js';
import type { Answer } from '../wire/answer.js';

const section = 'Binding Rotation';
const incomplete = { incomplete: true };
const REFUSALS = [400, 404, 422];

/** A rotation of this predecessor is refused, and makes nothing; gives the refusal. */
async function expectNotRotated(successor: Binding, predecessorId: string, statuses: readonly number[], error?: string): Promise<Answer> {
  const answer = await rotated(successor, predecessorId);
  expectRefusal(answer, statuses, error);
  await expectNeverMade(successor);
  return answer;
}

/** The binding is as it was told of before, by the answer to its bind sent again. */
function expectKept(before: Answer, again: Answer): void {
  expectStatus(again, 200);
  expectSame(before, again, 'credentials', 'metadata');
}

/** What is told of a binding: by a GET where the service announces that, else by its bind sent again. */
async function tellingOf(binding: Binding, again: () => Promise<Answer>): Promise<Answer> {
  return (await fetchedIfRetrievable(binding)) ?? again();
}

/** A rotation that takes its time, and the same again meanwhile. */
async function expectRunningAgain(instance: Instance): Promise<void> {
  const [old, successor] = [instance.binding(), instance.binding()];
  await old.settled(await old.bind({ parameters: undefined }, incomplete));
  const slowly = { parameters: instance.cast.bind };
  const accepted = await rotated(successor, old.id, slowly);
  expectStatus(accepted, 202);
  const again = await rotated(successor, old.id, slowly);
  expectStatus(again, 202);
  expectSame(accepted, again, 'operation');
}

/** Rotation of bindings. */
export const rotation: Area = {
  code: 'ROT',
  rows: [
    {
      number: 366,
      level: 'MUST*',
      endpoint: 'bind',
      section: 'Binding Rotation › Request',
      since: '2.17',
      title: 'makes a new binding of one whose id is all that the body names',
      needs: ['rotatable'],
      check: async (broker) => {
        const old = await broker.bound('rotatable');
        const successor = old.instance.binding();
        await expectAccepted(successor, await rotated(successor, old.id), [201, 202]);
      },
    },
    {
      number: 367,
      level: 'MUST*',
      endpoint: 'bind',
      section: 'Binding Rotation › Request',
      since: '2.17',
      title: 'makes a new binding of one also where the body names service and plan as well',
      needs: ['rotatable'],
      check: async (broker) => {
        const old = await broker.bound('rotatable');
        const successor = old.instance.binding();
        const ids = { service_id: old.instance.serviceId, plan_id: old.instance.planId };
        await expectAccepted(successor, await rotated(successor, old.id, ids), [201, 202]);
      },
    },
    {
      number: 368,
      level: 'MUST',
      endpoint: 'fetch binding',
      section,
      since: '2.17',
      title: 'keeps both bindings after a rotation, each with credentials that stay as they are',
      needs: ['rotatable'],
      check: async (broker) => {
        const { old, oldTold, successor, told } = await broker.once(afterRotation);
        for (const [binding, before] of [[old, oldTold], [successor, told]] as const) {
          const fetched = await toldOf(binding);
          expectStatus(fetched, 200);
          expectSame(before, fetched, 'credentials');
        }
      },
    },
    {
      number: 369,
      level: 'MUST*',
      endpoint: 'unbind',
      section,
      since: '2.17',
      title: 'keeps the successor when the old binding is removed, and the old one when the successor is',
      needs: ['rotatable'],
      check: async (broker) => {
        const [one, other] = await Promise.all([afterRotation(broker), afterRotation(broker)]);
        await one.old.settled(await one.old.unbind(incomplete));
        expectKept(one.told, await tellingOf(one.successor, () => rotated(one.successor, one.old.id)));
        await other.successor.settled(await other.successor.unbind(incomplete));
        expectKept(other.oldTold, await tellingOf(other.old, () => other.old.bind({}, incomplete)));
      },
    },
    {
      number: 370,
      level: 'OPEN',
      endpoint: ['bind', 'fetch binding'],
      section,
      since: '2.17',
      title: 'gives a successor whose rotation sent no parameters those of its predecessor',
      needs: ['rotatable'],
      check: async (broker) => {
        const parameters = { ...broker.cast('rotatable').bind, conformance: { kept: [1, 2] } };
        const old = await boundWith(broker, 'rotatable', parameters);
        const successor = old.instance.binding();
        await successor.settled(await rotated(successor, old.id));
        const fetched = await toldOf(successor);
        expectStatus(fetched, 200);
        expectMember(fetched, 'parameters', parameters);
      },
    },
    {
      number: 371,
      level: 'OPEN',
      endpoint: 'bind',
      section,
      since: '2.17',
      title: 'refuses to rotate a binding it does not know, and makes none',
      needs: ['rotatable'],
      check: async (broker) => {
        const instance = await broker.made('rotatable');
        await expectNotRotated(instance.binding(), instance.binding().id, REFUSALS);
      },
    },
    {
      number: 372,
      level: 'OPEN',
      endpoint: 'bind',
      section,
      since: '2.17',
      title: 'refuses to rotate a binding of another instance, in the words it has for one it does not know',
      needs: ['rotatable'],
      check: async (broker) => {
        const [foreign, instance] = [await broker.bound('rotatable'), await broker.made('rotatable')];
        const unknownId = instance.binding().id;
        const refused = await expectNotRotated(instance.binding(), foreign.id, REFUSALS);
        const unknown = await rotated(instance.binding(), unknownId);
        const same = refused.status === unknown.status && refused.text.replaceAll(foreign.id, unknownId) === unknown.text;
        expectThat(same, `${refused.story}; expected the same as for an unknown one, when ${unknown.story}`);
      },
    },
    {
      number: 373,
      level: 'OPEN',
      endpoint: 'bind',
      section,
      since: '2.17',
      title: 'refuses to rotate a binding that has expired',
      needs: ['expiredBinding'],
      check: async (broker) => {
        demandRotatable(broker, 'expiredBinding');
        const expired = await broker.bound('expiredBinding');
        await expectNotRotated(expired.instance.binding(), expired.id, REFUSALS);
      },
    },
    {
      number: 374,
      level: 'OPEN',
      endpoint: 'bind',
      section: 'Blocking Operations; Binding Rotation',
      since: '2.17',
      title: 'answers 422 ConcurrencyError to the rotation of a binding that is just made or removed',
      needs: ['slowBind', 'slowUnbind'],
      check: async (broker) => {
        demandRotatable(broker, 'slowBind', 'slowUnbind');
        const [made, removed] = [(await broker.made('slowBind')).binding(), await broker.bound('slowUnbind')];
        const changes = [await made.bind({}, incomplete), await removed.unbind(incomplete)];
        for (const accepted of changes) expectStatus(accepted, 202);
        for (const busy of [made, removed]) await expectNotRotated(busy.instance.binding(), busy.id, [422], 'ConcurrencyError');
      },
    },
    {
      number: 375,
      level: 'OPEN',
      endpoint: 'bind',
      section,
      since: '2.17',
      title: 'answers 400 or 422 to a rotation where the plan does not announce it, and makes no binding',
      needs: ['notRotatable'],
      check: async (broker) => {
        const old = await broker.bound('notRotatable');
        const ids = { service_id: old.instance.serviceId, plan_id: old.instance.planId };
        const successor = old.instance.binding();
        expectRefusal(await rotated(successor, old.id, ids), [400, 422]);
        await expectNeverMade(successor);
      },
    },
    {
      number: 376,
      level: 'OPEN',
      endpoint: 'bind',
      section: 'Binding Rotation › Request',
      since: '2.17',
      title: 'answers 400 to a binding that is to be its own successor',
      needs: ['rotatable'],
      check: async (broker) => {
        const binding = (await broker.made('rotatable')).binding();
        await expectNotRotated(binding, binding.id, [400]);
      },
    },
    {
      number: 377,
      level: 'SHOULD',
      endpoint: 'bind',
      section: 'Binding Rotation › Response',
      since: '2.17',
      title: 'answers the same rotation again 200 with the same credentials, and 202 while it runs',
      needs: ['rotatable'],
      check: async (broker) => {
        const { old, successor, told } = await broker.once(afterRotation);
        expectKept(told, await rotated(successor, old.id));
        const slow = broker.parts.get('slowBind');
        if (slow?.plan['binding_rotatable'] !== true) return;
        await expectRunningAgain(await broker.made('slowBind'));
      },
    },
    {
      number: 378,
      level: 'MUST*',
      endpoint: 'bind',
      section: 'Binding › Response; Binding Rotation',
      since: '2.17',
      title: 'answers 409 to the id of a successor with another predecessor, or without one',
      needs: ['rotatable'],
      check: async (broker) => {
        const { old, successor } = await afterRotation(broker);
        const other = old.instance.binding();
        await other.settled(await other.bind({}, incomplete));
        expectRefusal(await rotated(successor, other.id), 409);
        expectRefusal(await successor.bind({}, incomplete), 409);
      },
    },
    {
      number: 379,
      level: 'MUST',
      endpoint: 'bind',
      section: 'Binding Rotation › Parameters',
      since: '2.17',
      title: 'answers 422 AsyncRequired to a rotation it can only finish later, without accepts_incomplete',
      needs: ['asyncOnlyBinding'],
      check: async (broker) => {
        demandRotatable(broker, 'asyncOnlyBinding');
        const old = await broker.bound('asyncOnlyBinding');
        const successor = old.instance.binding();
        expectRefusal(await rotated(successor, old.id, {}, {}), 422, 'AsyncRequired');
        await expectNeverMade(successor);
      },
    },
    {
      number: 380,
      level: 'MUST*',
      endpoint: 'bind',
      section,
      since: '2.17',
      title: 'rotates the successor of a binding in its turn',
      needs: ['rotatable'],
      check: async (broker) => {
        const { successor } = await afterRotation(broker);
        const third = successor.instance.binding();
        await expectAccepted(third, await rotated(third, successor.id), [201, 202]);
        expectObject(await rotated(third, successor.id));
      },
    },
  ],
};
