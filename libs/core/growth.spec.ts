import { attempt, growthOf, MAX_GROWTH, type Growing } from '#sdk/testing';
import { describeThrown } from './backends/thrown.js';
import { cloudFoundryObjection } from './catalog/cloud-foundry-schema.js';
import { rulesBrokenBy, validatorCopyOf } from './catalog/schema-document.js';
import { bindingProblem } from './operations/binding-problem.js';

const schema = (parts: string): string => `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object",${parts}}`;

function walkSchema(text: string): unknown {
  const parsed = JSON.parse(text) as object;
  return [rulesBrokenBy(parsed), cloudFoundryObjection(parsed), validatorCopyOf(parsed)];
}

const INPUTS: readonly Growing[] = [
  { what: 'the stack of an error', make: (size) => '\n'.repeat(size), work: (stack) => describeThrown(Object.assign(new Error('x'), { stack: `x${stack}` })) },
  { what: 'a route_service_url', make: (size) => `https://${'@'.repeat(size)}`, work: (routeServiceUrl) => bindingProblem({ routeServiceUrl }) },
  { what: 'a schema of many schemas', make: (size) => schema(`"anyOf":[${'{},'.repeat(size / 3)}{}]`), work: walkSchema },
  { what: 'a schema of many properties', make: (size) => schema(`"properties":{${Array.from({ length: size / 12 }, (_, i) => `"p${i}":{}`).join(',')}}`), work: walkSchema },
];

test.each(INPUTS)('reading $what takes time linear in its length', (growing) => {
  expect(growthOf({ ...growing, work: attempt(growing.work) })).toBeLessThan(MAX_GROWTH);
}, 120_000);
