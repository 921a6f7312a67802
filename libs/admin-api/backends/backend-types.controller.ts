import { Get } from '@nestjs/common';
import type { z } from 'zod';
import { BackendTypes } from '#core';
import { AdminController } from '../request/admin-controller.js';
import { Documented } from '../request/documented.js';
import { settingsSchema } from './backend-settings.js';
import { backendTypeList } from './backend.schema.js';

/** What can be registered. */
@AdminController('backend-types', 'Backends')
export class BackendTypesController {
  constructor(private readonly types: BackendTypes) {}

  @Get()
  @Documented({ summary: 'Lists the installed backend types, with the JSON schema of their settings', answer: backendTypeList })
  list(): z.output<typeof backendTypeList> {
    const items = this.types.all().map((type) => ({
      type: type.type,
      description: type.description,
      settings: settingsSchema(type),
    }));
    return { items };
  }
}
