import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Catalog } from '#core';
import { AuthenticatedGuard, principalOf } from '#security';

/** GET /v2/catalog (OSB 2.17, Catalog Management): bytes from memory, with a strong ETag. */
@Controller('v2/catalog')
@UseGuards(new AuthenticatedGuard('platform'))
export class CatalogController {
  constructor(private readonly catalog: Catalog) {}

  @Get()
  read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { body, etag } = this.catalog.viewFor(principalOf(request, 'platform').platform.kind);
    reply.header('etag', etag).header('cache-control', 'no-cache');
    if (matches(request.headers['if-none-match'], etag)) void reply.status(304).send();
    else void reply.header('content-type', 'application/json; charset=utf-8').send(body);
  }
}

/** RFC 9110, If-None-Match: compared weakly. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((candidate) => {
    const tag = candidate.trim();
    return tag === '*' || tag === etag || tag === `W/${etag}`;
  });
}
