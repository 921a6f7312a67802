import { applyDecorators, Controller, UseGuards, UsePipes } from '@nestjs/common';
import { ApiBasicAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AuthenticatedGuard } from '#security';
import { refusal } from './documented.js';
import { NoExtrasGuard } from './no-extras.guard.js';
import { SchemaPipe } from './schema-pipe.js';

/** Routes below `/admin/v1` that only administrators may use. */
export function AdminController(path: string, tag: string): ClassDecorator {
  return applyDecorators(
    Controller(`admin/v1/${path}`),
    UseGuards(new AuthenticatedGuard('admin'), new NoExtrasGuard()),
    UsePipes(new SchemaPipe()),
    ApiTags(tag),
    ApiBasicAuth('admin'),
    ApiResponse({ status: 400, description: 'Something of the query or the body is missing, wrong or unknown.', standardSchema: refusal }),
    ApiResponse({ status: 401, description: 'No administrator, or the wrong password.', standardSchema: refusal }),
    ApiResponse({ status: 'default', description: 'The gateway failed, or cannot tell now.', standardSchema: refusal }),
  );
}
