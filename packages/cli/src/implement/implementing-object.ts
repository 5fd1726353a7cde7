import { ts } from "ts-morph";
import type { Contract } from "./contract.ts";
import { exportedName, lineOf, nodesOf, type Syntax } from "./syntax.ts";

/** An object that implements a kind, as in `newBulbKind(() => ({ … }))`: where it is, and the rpcs that it lacks. */
export interface ImplementingObject {
  readonly line: number;
  readonly missing: readonly string[];
}

/** The objects of a file that factories of a kind return. */
export function objectsIn(file: Syntax, { base, methods }: Contract): readonly ImplementingObject[] {
  return nodesOf(file, ts.isCallExpression)
    .filter(
      ({ expression }) => ts.isIdentifier(expression) && exportedName(file, expression.text) === `new${base}`,
    )
    .flatMap(({ arguments: [factory] }) => (factory ? returnedObjects(factory) : []))
    .map(({ node, properties }) => {
      const names = new Set(properties.map(({ name }) => name?.getText()));
      const isOpen = properties.some(ts.isSpreadAssignment);
      const missing = isOpen ? [] : methods.map(({ name }) => name).filter((name) => !names.has(name));
      return { line: lineOf(node), missing };
    });
}

function returnedObjects(
  factory: ts.Expression,
): { readonly node: ts.Node; readonly properties: readonly ts.ObjectLiteralElementLike[] }[] {
  if (!ts.isArrowFunction(factory) && !ts.isFunctionExpression(factory)) return [];
  const returned = ts.isBlock(factory.body)
    ? factory.body.statements.flatMap((each) =>
        ts.isReturnStatement(each) && each.expression ? [each.expression] : [],
      )
    : [factory.body];
  return returned
    .map((each) => (ts.isParenthesizedExpression(each) ? each.expression : each))
    .filter(ts.isObjectLiteralExpression)
    .map((node) => ({ node, properties: node.properties }));
}
