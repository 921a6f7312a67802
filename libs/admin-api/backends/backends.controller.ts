import { Body, Delete, Get, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  ChangeBackend,
  RefreshBackend,
  RegisterBackend,
  RemoveBackend,
  type BackendChange,
  type BackendVerb,
  type Operator,
  type Vanished,
} from '#core';
import { AdminController } from '../request/admin-controller.js';
import { AskedBy } from '../request/asked-by.js';
import { Documented } from '../request/documented.js';
import { entityTag, requiredVersion } from '../request/entity-tag.js';
import { BackendDirectory } from './backend-directory.js';
import { BackendSettings } from './backend-settings.js';
import {
  backendList,
  backendView,
  changeBody,
  changedBackend,
  closeBody,
  nothing,
  registerBody,
  type BackendView,
} from './backend.schema.js';

interface Changed {
  readonly backend: BackendView;
  readonly vanished: readonly Vanished[];
}

const NOT_FOUND = { 404: 'No backend has this name.' };

/** The backends behind the one broker: added, changed and removed while it runs. */
@AdminController('backends', 'Backends')
export class BackendsController {
  constructor(
    private readonly directory: BackendDirectory,
    private readonly settings: BackendSettings,
    private readonly registerBackend: RegisterBackend,
    private readonly changeBackend: ChangeBackend,
    private readonly refreshBackend: RefreshBackend,
    private readonly removeBackend: RemoveBackend,
  ) {}

  @Get()
  @Documented({ summary: 'Lists the backends, in order of registration', answer: backendList })
  async list(): Promise<{ items: BackendView[] }> {
    return { items: await this.directory.views() };
  }

  @Post()
  @Documented({
    summary: 'Registers a backend',
    description: 'Its catalog is read before the answer. A backend that is down stays registered and is tried again.',
    status: 201,
    answer: backendView,
    refusals: { 409: 'The name is in use.' },
  })
  async register(
    @AskedBy() operator: Operator,
    @Body({ schema: registerBody }) body: z.output<typeof registerBody>,
  ): Promise<BackendView> {
    const settings = this.settings.received(body.type, body.settings, {});
    return this.directory.view(await this.registerBackend.execute({ ...body, operator, settings }));
  }

  @Get(':name')
  @Documented({ summary: 'Shows a backend', description: 'Its ETag is its version.', answer: backendView, refusals: NOT_FOUND })
  async show(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<BackendView> {
    const backend = await this.directory.find(name);
    reply.header('etag', entityTag(backend.version));
    return this.directory.view(backend);
  }

  @Patch(':name')
  @Documented({
    summary: 'Changes settings or plan policies of a backend',
    description: 'Its catalog is read again with new settings. Policies of plans it does not offer are refused.',
    answer: changedBackend,
    refusals: { ...NOT_FOUND, 412: 'It is of another version than If-Match names.' },
  })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The ETag of the backend that is to be changed.' })
  async change(
    @AskedBy() operator: Operator,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('name') name: string,
    @Body({ schema: changeBody }) body: z.output<typeof changeBody>,
  ): Promise<Changed> {
    const backend = await this.directory.find(name);
    const version = requiredVersion(request.headers['if-match'], backend.version);
    const settings = body.settings && this.settings.received(backend.type, body.settings, backend.settings);
    const change = { ...body, ...(settings && { settings }) };
    const changed = await this.changeBackend.execute(operator, backend, 'change', change, version);
    reply.header('etag', entityTag(changed.backend.version));
    return this.answer(changed);
  }

  @Post(':name/enable')
  @Documented({
    summary: 'Offers what the backend has, to new instances too',
    description: 'Its catalog is read before the answer.',
    answer: changedBackend,
    refusals: NOT_FOUND,
  })
  enable(@AskedBy() operator: Operator, @Param('name') name: string): Promise<Changed> {
    return this.move(operator, name, 'enable', { state: 'enabled' });
  }

  @Post(':name/close')
  @ApiBody({ required: false })
  @Documented({
    summary: 'Refuses new instances, with a message',
    description: 'Its offerings stay in the catalog. Existing instances keep every verb.',
    answer: changedBackend,
    refusals: NOT_FOUND,
  })
  close(
    @AskedBy() operator: Operator,
    @Param('name') name: string,
    @Body({ schema: closeBody }) body: z.output<typeof closeBody>,
  ): Promise<Changed> {
    const message = body?.message;
    return this.move(operator, name, 'close', { state: 'closed', ...(message !== undefined && { closedMessage: message }) });
  }

  @Post(':name/disable')
  @Documented({
    summary: 'Takes its offerings out of the catalog',
    description: 'Tells what vanishes for which kind of platform. Existing instances keep every verb.',
    answer: changedBackend,
    refusals: NOT_FOUND,
  })
  disable(@AskedBy() operator: Operator, @Param('name') name: string): Promise<Changed> {
    return this.move(operator, name, 'disable', { state: 'disabled' });
  }

  @Post(':name/refresh')
  @Documented({
    summary: 'Reads its catalog now',
    description: 'A backend that cannot be read is no error here: catalog.failure says why, and what it offered stays.',
    answer: changedBackend,
    refusals: NOT_FOUND,
  })
  async refresh(@AskedBy() operator: Operator, @Param('name') name: string): Promise<Changed> {
    return this.answer(await this.refreshBackend.execute(operator, await this.directory.find(name)));
  }

  @Delete(':name')
  @Documented({
    summary: 'Removes a backend that has no instances',
    description: 'The identifiers it owned in the catalog become free for other backends.',
    answer: nothing,
    refusals: { ...NOT_FOUND, 409: 'It still has instances.' },
  })
  async remove(@AskedBy() operator: Operator, @Param('name') name: string): Promise<object> {
    await this.removeBackend.execute(operator, await this.directory.find(name));
    return {};
  }

  private async move(operator: Operator, name: string, verb: BackendVerb, change: BackendChange): Promise<Changed> {
    return this.answer(await this.changeBackend.execute(operator, await this.directory.find(name), verb, change));
  }

  private async answer({ backend, vanished }: Awaited<ReturnType<ChangeBackend['execute']>>): Promise<Changed> {
    return { backend: await this.directory.view(backend), vanished };
  }
}
