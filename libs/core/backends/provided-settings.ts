import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { BackendType } from '#sdk';
import { BackendTypes } from './backend-types.js';

type Settings = Readonly<Record<string, unknown>>;

/**
 * Settings the gateway fills in for every backend of a type. They are not stored: they are right at every start, no
 * change by an operator loses them, and an earlier release on the same database never reads them.
 */
@Injectable()
export class ProvidedSettings {
  private readonly byType = new Map<string, Settings>();
  private readonly names: ReadonlyMap<string, readonly string[]>;

  constructor(types: BackendTypes) {
    this.names = new Map(types.all().map((type) => [type.type, providedNames(type)]));
  }

  /** Takes effect when a backend is made ready the next time (`CatalogKeeper.rebuild`). */
  provide(type: string, settings: Settings): void {
    this.byType.set(type, settings);
  }

  /** What a backend is made of: the stored settings, and what is provided in place of anything stored under its names. */
  complete(type: string, stored: Settings): Settings {
    return { ...this.own(type, stored), ...this.byType.get(type) };
  }

  /** Without the members that are the gateway's to fill in. */
  own(type: string, settings: Settings): Settings {
    const provided = this.providedIn(type, settings);
    return Object.fromEntries(Object.entries(settings).filter(([name]) => !provided.includes(name)));
  }

  /** The members of these settings that are the gateway's to fill in. */
  providedIn(type: string, settings: Settings): string[] {
    const names = this.names.get(type) ?? [];
    return Object.keys(settings).filter((name) => names.includes(name));
  }
}

function providedNames({ settings }: BackendType): string[] {
  const { properties = {} } = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).flatMap(([name, schema]) =>
    typeof schema === 'object' && schema.readOnly === true ? [name] : [],
  );
}
