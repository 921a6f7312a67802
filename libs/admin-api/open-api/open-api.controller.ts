import { Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AdminController } from '../request/admin-controller.js';
import { Documented } from '../request/documented.js';
import { anyObject } from '../request/fields.js';
import { OpenApiDocument } from './open-api-document.js';

/** The description of this API, made once at the start. */
@AdminController('openapi.json', 'OpenAPI')
export class OpenApiController {
  constructor(private readonly document: OpenApiDocument) {}

  @Get()
  @Documented({ summary: 'Describes this API as OpenAPI 3', answer: anyObject })
  show(@Res() reply: FastifyReply): void {
    void reply.header('content-type', 'application/json; charset=utf-8').send(this.document.body);
  }
}
