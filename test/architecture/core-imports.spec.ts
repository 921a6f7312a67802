import ts from 'typescript';
import { NEST_NAMES_IN_CORE } from '#config';
import { sourceTexts } from './tree.js';

/** The names a text takes from `@nestjs/common`; `*` when it takes the whole package. */
function nestNames(text: string): readonly string[] {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const from = statement.moduleSpecifier;
    if (from === undefined || !ts.isStringLiteral(from) || !from.text.startsWith('@nestjs/common')) return [];
    const clause = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
    if (clause === undefined || ts.isNamespaceImport(clause) || ts.isNamespaceExport(clause)) return ['*'];
    return clause.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
  });
}

test('core and the sdk take nothing of HTTP from Nest', async () => {
  const texts = [...(await sourceTexts())].filter(([path]) => /^libs\/(core|sdk)\//.test(path));
  const taken = texts.flatMap(([path, text]) => nestNames(text).map((name) => ({ path, name })));
  expect(texts.length).toBeGreaterThan(0);
  expect(taken.filter(({ name }) => !NEST_NAMES_IN_CORE.includes(name))).toEqual([]);
});

test.each([
  ["import { Injectable, HttpException as Oops } from '@nestjs/common';", ['Injectable', 'HttpException']],
  ["import type { HttpServer } from '@nestjs/common';", ['HttpServer']],
  ["export { Get } from '@nestjs/common';", ['Get']],
  ["import * as nest from '@nestjs/common';", ['*']],
  ["export * from '@nestjs/common';", ['*']],
  ["import { HttpStatus } from '@nestjs/common/enums/http-status.enum.js';", ['HttpStatus']],
  ["import { sql } from './common.js';", []],
])('%s is seen', (text, names) => {
  expect(nestNames(text)).toEqual(names);
});
