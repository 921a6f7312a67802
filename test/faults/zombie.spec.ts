import { violations } from './invariants.js';
import type { DatabaseState, History, Transition } from './history.js';
import { nameOf, sentenceOf, STORIES, type Story } from './zombie/stories.js';
import { ZombieStage } from './zombie/zombie-stage.js';

let stage: ZombieStage;
beforeAll(async () => {
  stage = await ZombieStage.start();
  await stage.play();
});
afterAll(() => stage.close());

const stories = STORIES.map((story) => [sentenceOf(story), story] as const);

test.each(stories)('a gateway %s does no harm', async (_sentence, story) => {
  const history = await stage.history(story);
  expect(atBackend(history)).toEqual(story.lives);
  expect(inDatabase(history)).toEqual(story.lives);
  expect(violations(history).filter((sentence) => !isOverlap(story, sentence))).toEqual([]);
  expect(history.backends.flatMap(({ calls }) => calls.filter(({ verb }) => verb === story.kind))).toHaveLength(story.calls);
});

test.each(stories)('what was written of an operation %s stays as it was', async (_sentence, story) => {
  const { database } = await stage.history(story);
  const before = stage.beforeWaking;
  const known = new Set(before.transitions.map(({ id }) => id));
  expect(changesOf(database.transitions.filter(({ id }) => known.has(id)))).toEqual(changesOf(before.transitions.filter(isOf(database))));
  expect(database.instances.filter(({ incarnation }) => known.has(incarnation))).toEqual(
    before.instances.filter(({ instanceId }) => instanceId.startsWith(nameOf(story))),
  );
});

const isOf = ({ instances, bindings, operations }: DatabaseState) => {
  const ids = new Set([...instances, ...bindings].map(({ incarnation }) => incarnation).concat(operations.map(({ id }) => id)));
  return ({ id }: Transition): boolean => ids.has(id);
};

/** Leaves out what only makes the next delete repeat itself: no state, epoch or owner changes with it. */
function changesOf(transitions: readonly Transition[]): Transition[] {
  return transitions.filter((each, index) => {
    const last = transitions.slice(0, index).findLast(({ id }) => id === each.id);
    return JSON.stringify(last) !== JSON.stringify(each);
  });
}

/** The backend is busy with what was sent first for longer than any call may take: the next one is sent meanwhile. */
const isOverlap = ({ place }: Story, sentence: string): boolean => place === 'sent' && /^I4: backend \w+ got /.test(sentence);

const short = (planId: string | undefined): string => planId?.replace(/^left-/, '') ?? 'binding';

function atBackend({ backends }: History): string[] {
  return backends.flatMap(({ resources }) => resources.map(({ planId }) => short(planId)));
}

function inDatabase({ database: { instances, bindings } }: History): string[] {
  const living = ({ state }: { state: string }): boolean => state !== 'deleted';
  return [...instances.filter(living).map(({ planId }) => short(planId)), ...bindings.filter(living).map(() => 'binding')];
}
