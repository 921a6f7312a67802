import { Controller, Delete, Get, Param, Patch, Put, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  AcceptedDeletes,
  DeprovisionInstance,
  FetchInstance,
  ProvisionInstance,
  ReadLastOperation,
  Timings,
  UpdateInstance,
  type Caller,
} from '#core';
import type { RawObject } from '#sdk';
import { AuthenticatedGuard } from '#security';
import { callerOf } from '../request/caller-of.js';
import { lastOperation } from '../request/last-operation.response.js';
import { optionalParameter, requiredParameter, serviceHint, type Query as QueryMap } from '../request/query.js';
import { present, rawMembers } from '../request/raw-members.js';
import { readBody } from '../request/read-body.js';
import { readResourceId } from '../request/resource-id.js';
import { send } from '../request/send.js';
import { provisionBody, updateBody } from './instance.schema.js';

/** The five routes of a service instance (OSB 2.17). */
@Controller('v2/service_instances/:instance_id')
@UseGuards(new AuthenticatedGuard('platform'))
export class InstancesController {
  constructor(
    private readonly provisionInstance: ProvisionInstance,
    private readonly updateInstance: UpdateInstance,
    private readonly deprovisionInstance: DeprovisionInstance,
    private readonly fetchInstance: FetchInstance,
    private readonly deletes: AcceptedDeletes,
    private readonly readLastOperation: ReadLastOperation,
    private readonly timings: Timings,
  ) {}

  @Put()
  async provision(@Param('instance_id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const instanceId = readResourceId('instance_id', id);
    const { fields, raw } = readBody(request, provisionBody);
    const answer = await this.provisionInstance.execute({
      caller: this.callerOf(request),
      instanceId,
      serviceId: fields.service_id,
      planId: fields.plan_id,
      organizationGuid: fields.organization_guid,
      spaceGuid: fields.space_guid,
      ...rawMembers(raw, { parameters: 'parameters', context: 'context' }),
      ...maintenanceOf(raw),
    });
    const { dashboardUrl: dashboard_url, metadata } = answer.instance;
    if (answer.kind === 'accepted') return send(reply, 202, { operation: answer.operationId, dashboard_url, metadata });
    send(reply, answer.kind === 'created' ? 201 : 200, { dashboard_url, metadata });
  }

  @Patch()
  async update(@Param('instance_id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const instanceId = readResourceId('instance_id', id);
    const { fields, raw } = readBody(request, updateBody);
    const answer = await this.updateInstance.execute({
      caller: this.callerOf(request),
      instanceId,
      serviceId: fields.service_id,
      ...present({ planId: fields.plan_id }),
      ...rawMembers(raw, { parameters: 'parameters', context: 'context', previous_values: 'previousValues' }),
      ...maintenanceOf(raw),
    });
    const { dashboardUrl: dashboard_url, metadata } = answer.instance;
    if (answer.kind === 'accepted') return send(reply, 202, { operation: answer.operationId, dashboard_url, metadata });
    send(reply, 200, { dashboard_url, metadata });
  }

  @Delete()
  async deprovision(
    @Param('instance_id') id: string,
    @Query() query: QueryMap,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const instanceId = readResourceId('instance_id', id);
    const serviceId = requiredParameter(query, 'service_id');
    requiredParameter(query, 'plan_id');
    const caller = this.callerOf(request);
    const answer = await this.deletes.answer(caller, { instanceId }, () => this.deprovisionInstance.execute({ caller, instanceId, serviceId }));
    if (answer.kind === 'accepted') return send(reply, 202, { operation: answer.operationId });
    send(reply, 200, {});
  }

  @Get()
  async fetch(
    @Param('instance_id') id: string,
    @Query() query: QueryMap,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const instanceId = readResourceId('instance_id', id);
    const found = await this.fetchInstance.execute(this.callerOf(request), instanceId, serviceHint(query));
    send(reply, 200, {
      ...found.extensions,
      service_id: found.serviceId,
      plan_id: found.planId,
      dashboard_url: found.dashboardUrl,
      parameters: found.parameters,
      maintenance_info: found.maintenanceInfo,
      metadata: found.metadata,
    });
  }

  @Get('last_operation')
  async last(
    @Param('instance_id') id: string,
    @Query() query: QueryMap,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const instanceId = readResourceId('instance_id', id);
    serviceHint(query);
    const operationId = optionalParameter(query, 'operation');
    const answer = await this.readLastOperation.execute(this.callerOf(request), { instanceId, ...present({ operationId }) });
    send(reply, 200, lastOperation(answer));
  }

  private callerOf(request: FastifyRequest): Caller {
    return callerOf(request, this.timings.budgetMs);
  }
}

/** An object without a version counts as absent. */
function maintenanceOf(raw: RawObject): ReturnType<typeof rawMembers<'maintenanceInfo'>> {
  const info = raw.member('maintenance_info');
  const { version } = (info?.value ?? {}) as { version?: string };
  return version === undefined || !info ? {} : { maintenanceInfo: info };
}
