import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI document of some controllers, as bytes to be served. */
export class OpenApiDocument {
  private constructor(readonly body: Buffer) {}

  static async of(controllers: readonly Type[]): Promise<OpenApiDocument> {
    return new OpenApiDocument(Buffer.from(JSON.stringify(await describeRoutes(controllers))));
  }
}

@Module({})
class Described {}

/**
 * Reads routes off the decorators of their controllers. These get nothing to work with and are not called, so neither a
 * store nor a running gateway is needed.
 */
export async function describeRoutes(controllers: readonly Type[]): Promise<OpenAPIObject> {
  const needs = controllers.flatMap((controller) => (Reflect.getMetadata('design:paramtypes', controller) ?? []) as Type[]);
  const module = {
    module: Described,
    controllers: [...controllers],
    providers: needs.map((provide) => ({ provide, useValue: undefined })),
  };
  const app = await NestFactory.create(module, new FastifyAdapter(), { abortOnError: false });
  return SwaggerModule.createDocument(app, FACTS, { include: [Described], operationIdFactory: operationId });
}

const FACTS = new DocumentBuilder()
  .setTitle('OSB Gateway: admin API')
  .setDescription('For operators of the gateway. Every write is recorded in the audit trail.')
  .setVersion('1')
  .addBasicAuth({ type: 'http', scheme: 'basic' }, 'admin')
  .build();

/** `Backends_list` for `BackendsController.list`. */
function operationId(controller: string, method: string): string {
  return `${controller.replace(/Controller$/, '')}_${method}`;
}
