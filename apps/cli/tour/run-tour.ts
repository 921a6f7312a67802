import { cloudFoundryStory } from './cloud-foundry-story.js';
import type { ExchangeOptions } from './exchange.js';
import { korifiStory } from './korifi-story.js';
import { Leftovers } from './leftovers.js';
import { serviceCatalogStory } from './service-catalog-story.js';
import { Stage } from './stage.js';
import { Steps } from './steps.js';

/**
 * Plays three platforms against a running gateway, step by step. Whatever happens, nothing it made is left behind.
 *
 * @returns whether every step went as it should
 */
export async function runTour(exchange: ExchangeOptions, print: (line: string) => void): Promise<boolean> {
  const leftovers = new Leftovers();
  const steps = new Steps(print);
  const stage = new Stage(exchange, leftovers, steps);
  print(`A tour of the gateway at ${exchange.url}: three platforms, two kinds of backend.`);
  try {
    await cloudFoundryStory(stage);
    await serviceCatalogStory(stage);
    await korifiStory(stage);
    print(`\nAll of it went as it should: ${steps.total()}. Nothing is left behind.`);
    return true;
  } catch (error) {
    print(`\n${exchange.signal.aborted ? 'Broken off.' : reasonOf(error)}`);
    for (const line of await leftovers.remove()) print(line);
    return false;
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return message || code || String(error);
}
