import { Module } from '@nestjs/common';

/** The operators' API under `/admin/v1`. */
@Module({})
export class AdminApiModule {}
