import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI document of a module, as bytes to be served. */
export class OpenApiDocument {
  private constructor(readonly body: Buffer) {}

  static async of(module: Type): Promise<OpenApiDocument> {
    return new OpenApiDocument(Buffer.from(JSON.stringify(await describeModule(module))));
  }
}

/**
 * Reads the routes of a module off its decorators. Nothing of it is made or called, so neither a store nor a running
 * gateway is needed.
 */
export async function describeModule(module: Type): Promise<OpenAPIObject> {
  const app = await NestFactory.create(module, new FastifyAdapter(), { preview: true, abortOnError: false });
  const facts = new DocumentBuilder()
    .setTitle('OSB Gateway: admin API')
    .setDescription('For operators of the gateway. Every write is recorded in the audit trail.')
    .setVersion('1')
    .addBasicAuth({ type: 'http', scheme: 'basic' }, 'admin')
    .build();
  return SwaggerModule.createDocument(app, facts, { include: [module], operationIdFactory: operationId });
}

/** `Backends_list` for `BackendsController.list`. */
function operationId(controller: string, method: string): string {
  return `${controller.replace(/Controller$/, '')}_${method}`;
}
