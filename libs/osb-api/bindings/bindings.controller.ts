import { Controller, Delete, Get, Param, Put, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AcceptedDeletes, BindInstance, FetchBinding, ReadLastOperation, Timings, UnbindInstance, type Caller } from '#core';
import { AuthenticatedGuard } from '#security';
import { callerOf } from '../request/caller-of.js';
import { lastOperation } from '../request/last-operation.response.js';
import { optionalParameter, requiredParameter, serviceHint, type Query as QueryMap } from '../request/query.js';
import { present, rawMembers } from '../request/raw-members.js';
import { readBody } from '../request/read-body.js';
import { readResourceId } from '../request/resource-id.js';
import { send } from '../request/send.js';
import { bindingResponse } from './binding.response.js';
import { bindBody } from './binding.schema.js';

interface Path {
  readonly instance_id: string;
  readonly binding_id: string;
}

/** The four routes of a service binding (OSB 2.17). */
@Controller('v2/service_instances/:instance_id/service_bindings/:binding_id')
@UseGuards(new AuthenticatedGuard('platform'))
export class BindingsController {
  constructor(
    private readonly bindInstance: BindInstance,
    private readonly unbindInstance: UnbindInstance,
    private readonly fetchBinding: FetchBinding,
    private readonly deletes: AcceptedDeletes,
    private readonly readLastOperation: ReadLastOperation,
    private readonly timings: Timings,
  ) {}

  @Put()
  async bind(@Param() path: Path, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const ids = idsOf(path);
    const { fields, raw } = readBody(request, bindBody);
    const caller = this.callerOf(request);
    const answer = await this.bindInstance.execute({
      caller,
      ...ids,
      ...present({
        serviceId: fields.service_id,
        planId: fields.plan_id,
        appGuid: fields.app_guid ?? undefined,
        predecessorBindingId: fields.predecessor_binding_id ?? undefined,
      }),
      ...rawMembers(raw, { parameters: 'parameters', context: 'context', bind_resource: 'bindResource' }),
    });
    if (answer.kind === 'accepted') return send(reply, 202, { operation: answer.operationId });
    send(reply, answer.kind === 'created' ? 201 : 200, bindingResponse(answer.binding, caller));
  }

  @Delete()
  async unbind(
    @Param() path: Path,
    @Query() query: QueryMap,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const ids = idsOf(path);
    const serviceId = requiredParameter(query, 'service_id');
    requiredParameter(query, 'plan_id');
    const caller = this.callerOf(request);
    const answer = await this.deletes.answer(caller, ids, () => this.unbindInstance.execute({ caller, ...ids, serviceId }));
    if (answer.kind === 'accepted') return send(reply, 202, { operation: answer.operationId });
    send(reply, 200, {});
  }

  @Get()
  async fetch(
    @Param() path: Path,
    @Query() query: QueryMap,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    serviceHint(query);
    const { instanceId, bindingId } = idsOf(path);
    const caller = this.callerOf(request);
    send(reply, 200, bindingResponse(await this.fetchBinding.execute(caller, instanceId, bindingId), caller));
  }

  @Get('last_operation')
  async last(
    @Param() path: Path,
    @Query() query: QueryMap,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    serviceHint(query);
    const operationId = optionalParameter(query, 'operation');
    const answer = await this.readLastOperation.execute(this.callerOf(request), { ...idsOf(path), ...present({ operationId }) });
    send(reply, 200, lastOperation(answer));
  }

  private callerOf(request: FastifyRequest): Caller {
    return callerOf(request, this.timings.budgetMs);
  }
}

function idsOf({ instance_id, binding_id }: Path): { instanceId: string; bindingId: string } {
  return { instanceId: readResourceId('instance_id', instance_id), bindingId: readResourceId('binding_id', binding_id) };
}
