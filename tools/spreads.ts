import { join, relative } from 'node:path';
import type { Node, SourceFile, SpreadAssignment } from 'typescript/unstable/ast';
import { isSpreadAssignment } from 'typescript/unstable/ast/is';
import { API, type Checker, SymbolFlags, type Type } from 'typescript/unstable/sync';

/** A spread that may leave methods behind: `{ ...x }` copies an object's own members, never those of its class. */
export type FoundSpread = {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly type: string;
};

/** What was perFile at, and what was found. */
export type SpreadReport = { readonly files: number; readonly spreads: number; readonly found: readonly FoundSpread[] };

/**
 * Finds spreads, into object literals, of class instances and of interfaces with methods.
 * @param root Folder of the projects; sources outside it and in `node_modules` and `dist` are not perFile at.
 */
export function findSpreads(root: string, configFiles: readonly string[]): SpreadReport {
  const api = new API({ cwd: root });
  try {
    const paths = configFiles.map((name) => join(root, name));
    const snapshot = api.updateSnapshot({ openProjects: paths });
    const found = new Map<string, FileSpreads>();
    for (const path of paths) {
      const project = snapshot.getProject(path);
      if (project === undefined) throw new Error(`${path} is not a project.`);
      for (const name of project.program.getSourceFileNames()) {
        if (found.has(name) || !name.startsWith(root) || /\/(?:node_modules|dist)\/|\.d\.ts$/.test(name)) continue;
        const file = project.program.getSourceFile(name);
        if (file !== undefined) found.set(name, readSpreads(file, relative(root, name), project.checker));
      }
    }
    const perFile = [...found.values()];
    return {
      files: perFile.length,
      spreads: perFile.reduce((sum, { spreads }) => sum + spreads, 0),
      found: perFile.flatMap((one) => one.found),
    };
  } finally {
    api.close();
  }
}

type FileSpreads = { readonly spreads: number; readonly found: readonly FoundSpread[] };

function readSpreads(file: SourceFile, path: string, checker: Checker): FileSpreads {
  const spreads: SpreadAssignment[] = [];
  const visit = (node: Node): void => {
    if (isSpreadAssignment(node)) spreads.push(node);
    node.forEachChild(visit);
  };
  visit(file);
  if (spreads.length === 0) return { spreads: 0, found: [] };
  const types = checker.getTypeAtLocation(spreads.map(({ expression }) => expression));
  const found = spreads.flatMap((spread, index) => {
    const type = types[index];
    if (type === undefined || !hasMethods(type, checker)) return [];
    const line = file.text.slice(0, spread.expression.pos).split('\n').length;
    return [{ path, line, text: file.text.slice(spread.pos, spread.end).trim(), type: checker.typeToString(type) }];
  });
  return { spreads: spreads.length, found };
}

/** Whether members of this type may live on a prototype: it is a class, or an interface with methods. */
function hasMethods(type: Type, checker: Checker): boolean {
  if (type.isUnionType()) return (type.getTypes() ?? []).some((part) => hasMethods(part, checker));
  if (!type.isObjectType() && !type.isIntersectionType()) return false;
  return [type.getSymbol(), ...checker.getPropertiesOfType(type)].some((symbol) => {
    if (symbol === undefined) return false;
    if ((symbol.flags & SymbolFlags.Class) !== 0) return true;
    const isMethod = (symbol.flags & SymbolFlags.Method) !== 0;
    return isMethod && ((symbol.getParent()?.flags ?? 0) & (SymbolFlags.Class | SymbolFlags.Interface)) !== 0;
  });
}
