import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, membersOf, pathOf, remembering, toBinding, toInstance, withMembers, type Which } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const creating: Which = (request) => toInstance('PUT', request);
const updating: Which = (request) => toInstance('PATCH', request);
const deleting: Which = (request) => toInstance('DELETE', request);
const binding: Which = (request) => toBinding('PUT', request);
const unbinding: Which = (request) => toBinding('DELETE', request);
const asked = ({ url }: SpoiltRequest): string[] => new URLSearchParams(url.split('?')[1]).getAll('accepts_incomplete');
const wantsAsync = (told: SpoiltAnswer): boolean => told.status === 422 && membersOf(told)['error'] === 'AsyncRequired';

/** Such requests are read as if they had accepts_incomplete=true. */
const granting = (which: Which): Spoiling => ({
  request: (request) => {
    if (!which(request)) return request;
    const query = new URLSearchParams(request.url.split('?')[1]);
    query.set('accepts_incomplete', 'true');
    return { ...request, url: `${pathOf(request)}?${query.toString()}` };
  },
});

/** Does what such a request asks for, and refuses it all the same. */
const sly = (which: Which): Spoiling => ({
  ...granting((request) => which(request) && asked(request).length === 0),
  answer: (told, request) =>
    which(request) && asked(request).length === 0 && told.status === 202 ? instead(told, 422, { error: 'AsyncRequired' }) : told,
});

const without = (which: Which): Which => (request) => which(request) && asked(request).length === 0;

/** What was removed is there for one look more. */
const late = (): Spoiling =>
  remembering((told, request, past) =>
    toInstance('GET', request) && past.at(-1) === 'DELETE 200' ? instead(told, 200, { service_id: 'simulator-service' }) : undefined,
  );

/** Other changes than creates and binds. */
const isOther: Which = (request) => updating(request) || deleting(request) || unbinding(request);
const isChange: Which = (request) => creating(request) || binding(request) || isOther(request);

const granted: Case[] = [
  ['finishes creates later without leave', granting(without(creating)), [146, 155, 160]],
  ['finishes updates later without leave', granting(without(updating)), [147, 155]],
  ['finishes deletes later without leave', granting(without(deleting)), [148, 155]],
  ['finishes binds later without leave', granting(without(binding)), [149, 155]],
  ['finishes unbinds later without leave', granting(without(unbinding)), [150, 155]],
  ['takes any word for leave', granting((request) => asked(request).length > 0), [151, 152]],
  ['takes a number for leave', granting((request) => asked(request)[0] === '1'), [152]],
  ['takes empty leave', granting((request) => asked(request)[0] === ''), [152]],
  ['looks for leave in bodies', granting((request) => 'accepts_incomplete' in membersOf(request)), [160]],
];

const refused: Case[] = [
  ['makes what it refuses', sly(creating), [146, 160]],
  ['changes what it refuses to', sly(updating), [147]],
  ['removes what it refuses to', sly(deleting), [148]],
  ['binds what it refuses to', sly(binding), [149]],
  ['unbinds what it refuses to', sly(unbinding), [150]],
  ['says otherwise that it needs leave', answeringTo(isChange, (told) => (wantsAsync(told) ? { ...told, status: 400 } : told)), [146, 147, 148, 149, 150, 151, 160]],
  ['has no word for it', answeringTo(isChange, (told) => (wantsAsync(told) ? withMembers(told, { error: undefined }) : told)), [146, 147, 148, 149, 150, 151, 152, 160]],
  [
    'looks for leave before all else',
    answeringTo(isChange, (told, request) => (told.status === 400 && asked(request).length === 0 ? instead(told, 422, { error: 'AsyncRequired' }) : told)),
    [159],
  ],
];

const done: Case[] = [
  ['says 200 to what is not done yet', answeringTo(isOther, (told) => (told.status === 202 ? { ...told, status: 200 } : told)), [153]],
  ['accepts unbinds without a body', answeringTo(unbinding, (told) => (told.status === 202 ? { ...told, body: '' } : told)), [153]],
  ['answers 204 where it may do so later', answeringTo(isOther, (told, request) => (told.status === 200 && asked(request).length > 0 ? { ...told, status: 204 } : told)), [154, 157]],
  ['does later what it says is done', late(), [156]],
];

test.concurrent.each([...granted, ...refused, ...done])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('ASY', spoiling, rows);
});
