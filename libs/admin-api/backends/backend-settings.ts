import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { BackendTypes, ProvidedSettings, type Backend } from '#core';
import type { BackendType } from '#sdk';
import { MASK, maskSecrets, unmaskSecrets, type JsonSchema } from '#security';

type Settings = Backend['settings'];

/** Settings of backends on their way to operators and back: no secret goes out, and its mask brings it back. */
@Injectable()
export class BackendSettings {
  constructor(
    private readonly types: BackendTypes,
    private readonly provided: ProvidedSettings,
  ) {}

  /** Provided ones included, with its secrets masked; everything, where no type says what is one. */
  shown({ type, settings }: Pick<Backend, 'type' | 'settings'>): Settings {
    const installed = this.types.get(type);
    if (!installed) return Object.fromEntries(Object.keys(settings).map((name) => [name, MASK]));
    return maskSecrets(this.provided.complete(type, settings), settingsSchema(installed)) as Settings;
  }

  /**
   * As sent by an operator, with the stored secret wherever its mask came back and without what the gateway fills in.
   *
   * @throws BrokerError BadRequest where nothing is stored for a mask
   */
  received(type: string, sent: Settings, stored: Settings): Settings {
    const installed = this.types.get(type);
    return installed ? (unmaskSecrets(this.provided.own(type, sent), stored, settingsSchema(installed)) as Settings) : sent;
  }
}

/** The settings as an operator may write them. */
export function settingsSchema({ settings }: BackendType): JsonSchema {
  return z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' });
}
