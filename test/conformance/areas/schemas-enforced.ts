import type { Cast } from '../broker/parts.js';
import { expectDescription, expectRefusal, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { expectAccepted } from '../stories/changes.js';
import { madeWith } from '../stories/creates.js';
import { expectNeverMade } from '../stories/refused-changes.js';
import { hasSchemaFor, schemaFor, type SchemaCall } from '../stories/schemas.js';
import { expectUntouched, updatedWith } from '../stories/updates.js';
import { isObject } from '../stories/well-formed.js';

const since = '2.13';
const incomplete = { incomplete: true };
/** What no schema is likely to have been written for. */
const ODD = { conformance: { 'Ä €': [1.5, null, { deep: [[]] }], '': true } };

/** What parameter schemas are good for. */
export const enforcedSchemaRows: readonly Row[] = [
  {
    number: 132,
    level: 'OPEN',
    endpoint: ['catalog', 'provision'],
    section: 'Input Parameters Schema Object',
    since,
    title: 'takes a parameter that is called $ref for a parameter like any other',
    needs: ['withSchemas'],
    check: async (broker) => {
      const { create, ...cast } = broker.cast('withSchemas');
      const text = textFor$ref(cast);
      const instance = broker.instance('withSchemas');
      await expectAccepted(instance, await instance.provision({ parameters: { ...create, $ref: text } }, incomplete), [201, 202]);
      const wrong = await broker.instance('withSchemas').provision({ parameters: { ...create, $ref: ['wrong'] } }, incomplete);
      expectRefusal(wrong, 400);
    },
  },
  {
    number: 134,
    level: 'MAY',
    endpoint: ['catalog', 'provision', 'bind'],
    section: 'Schemas Object',
    since,
    title: 'may have a schema for binds with a plan that cannot be bound: instances of it are made all the same, and not bound',
    needs: ['notBindable'],
    check: async (broker) => {
      schemaFor(broker.cast('notBindable'), 'bind');
      const answer = await (await broker.made('notBindable')).binding().bind({}, incomplete);
      expectThat(answer.status >= 400 && answer.status < 500, `${answer.story}; expected a refusal`);
    },
  },
  {
    number: 135,
    level: 'SHOULD',
    endpoint: 'provision',
    section: 'Provisioning › Body',
    since,
    title: 'answers 400 to a create whose parameters break the schema of the plan, says so, and makes nothing',
    needs: ['withSchemas'],
    check: async (broker) => {
      const parameters = wrongFor(broker.cast('withSchemas'), 'provision');
      const instance = broker.instance('withSchemas');
      const answer = await instance.provision({ parameters }, incomplete);
      expectRefusal(answer, 400);
      expectDescription(answer);
      await expectNeverMade(instance);
    },
  },
  {
    number: 136,
    level: 'SHOULD',
    endpoint: 'update',
    section: 'Updating a Service Instance › Body',
    since,
    title: 'answers 400 or 422 to an update whose parameters break the schema of the plan, says so, and changes nothing',
    needs: ['withSchemas'],
    check: async (broker) => {
      const parameters = wrongFor(broker.cast('withSchemas'), 'update');
      const instance = await broker.made('withSchemas');
      await expectUntouched(instance, async () => {
        const answer = await instance.update({ parameters }, incomplete);
        expectRefusal(answer, [400, 422]);
        expectDescription(answer);
      });
    },
  },
  {
    number: 137,
    level: 'SHOULD',
    endpoint: 'bind',
    section: 'Binding › Body',
    since,
    title: 'answers 400 to a bind whose parameters break the schema of the plan, says so, and makes nothing',
    needs: ['withSchemas'],
    check: async (broker) => {
      const parameters = wrongFor(broker.cast('withSchemas'), 'bind');
      const binding = (await broker.made('withSchemas')).binding();
      const answer = await binding.bind({ parameters }, incomplete);
      expectRefusal(answer, 400);
      expectDescription(answer);
      await expectNeverMade(binding);
    },
  },
  {
    number: 138,
    level: 'MUST*',
    endpoint: ['provision', 'update', 'bind'],
    section: 'Schemas Object',
    since,
    title: 'takes any object for the parameters of a call there is no schema for',
    needs: ['anyBindable'],
    check: async (broker) => {
      const cast = broker.cast('anyBindable');
      if (hasSchemaFor(cast, 'provision')) throw new Inapplicable('the plan has a schema for creates');
      const instance = await madeWith(broker, 'anyBindable', { ...cast.create, ...ODD });
      if (!hasSchemaFor(cast, 'update')) await expectAccepted(instance, await updatedWith(instance, ODD), [200, 202]);
      if (hasSchemaFor(cast, 'bind')) return;
      const binding = instance.binding();
      const answer = await binding.bind({ parameters: { ...cast.bind, ...ODD } }, incomplete);
      if (answer.status === 400) throw new Inapplicable(`the plan takes no parameters of a bind but its own: ${answer.story}`);
      await expectAccepted(binding, answer, [201, 202]);
    },
  },
];

/** A text the schema for creates allows for the parameter $ref. */
function textFor$ref(cast: Cast): string {
  const properties = schemaFor(cast, 'provision')['properties'];
  const property = isObject(properties) ? properties['$ref'] : undefined;
  if (!isObject(property)) throw new Inapplicable('the plan has no parameter that is called $ref');
  const texts = Array.isArray(property['enum']) ? property['enum'].filter((value) => typeof value === 'string') : [];
  return texts[0] ?? 'conformance';
}

/** Parameters that break the schema of the plan for this call. */
function wrongFor(cast: Cast, call: SchemaCall): Cast['wrong'] {
  schemaFor(cast, call);
  if (cast.wrong) return cast.wrong;
  throw new Inapplicable('the profile names no parameters that break the schemas (`wrong` of the plan withSchemas)');
}
