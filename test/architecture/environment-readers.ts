import ts from 'typescript';

/**
 * Lines where a text may get at the environment: `process.env` by any spelling, and `process` handed to someone else.
 * `process.pid` and the like are fine.
 */
export function environmentReads(path: string, text: string): readonly number[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isProcess(node) && !isHarmless(node.parent)) {
      lines.push(source.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lines;
}

/** `process`, `globalThis.process`, `global['process']` */
function isProcess(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'process';
  if (ts.isElementAccessExpression(node)) return isText(node.argumentExpression, 'process');
  return ts.isIdentifier(node) && node.text === 'process' && !isNameOfSomethingElse(node);
}

/** A property, parameter or key that happens to be called process. */
function isNameOfSomethingElse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return 'name' in parent && parent.name === node;
}

/** A named member other than `env`, or only the type. */
function isHarmless(parent: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text !== 'env';
  return ts.isTypeQueryNode(parent) || ts.isQualifiedName(parent);
}

function isText(node: ts.Expression, text: string): boolean {
  return ts.isStringLiteralLike(node) && node.text === text;
}
