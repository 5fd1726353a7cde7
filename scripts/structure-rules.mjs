// The rules that no other tool checks, each a function from one parsed source file to its problems.
// A source is { path, pkg, inside, file }: its path from the root, its package's folder name, its path inside
// that package's src, and its syntax tree.
import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { ts } from "ts-morph";
import { layers } from "./layers.mjs";
import { importsOf, lineOf, nodesOf } from "./source-file.mjs";

const bannedNames = new Set(["util", "utils", "helper", "helpers", "common", "misc", "types", "manager"]);
const bannedLastWords = new Set(["util", "utils", "helper", "helpers", "manager"]);
const maxFileLines = 350;
const maxClassLines = 200;

/** Files that may touch time and chance themselves: the ports, and what makes ids that nobody can guess. */
const portFile = /(^|\/)((platform-)?clock|random|event-loop|[a-z]+-id)\.ts$/;
/** Packages of tests across real processes, which run on real time. */
const realTime = /^packages\/(e2e|faults)\//;
const timeAndChance = new Set([
  "Date.now",
  "Math.random",
  "performance.now",
  "AbortSignal.timeout",
  "crypto.getRandomValues",
  "crypto.randomUUID",
  "setTimeout",
  "setInterval",
  "setImmediate",
]);

/** A name says what a thing is; these say nothing. Holds for folders too. */
export function checkName(path) {
  return path.split("/").flatMap((part) => {
    const name = part.split(".")[0];
    const banned = bannedNames.has(name) || bannedLastWords.has(name.split("-").at(-1));
    if (banned) return [`${path}: "${name}" is no name for a concept`];
    return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [`${path}: "${name}" is not kebab-case`];
  });
}

/** One concept per file. */
export function checkLength({ path, file }) {
  const lines = file.text.trimEnd().split("\n").length;
  const long = lines > maxFileLines ? [`${path}: ${lines} lines, more than ${maxFileLines}`] : [];
  const classes = nodesOf(file)
    .filter((node) => ts.isClassLike(node))
    .map((node) => ({ node, lines: codeLines(node.getText(file)) }))
    .filter((found) => found.lines > maxClassLines);
  return [
    ...long,
    ...classes.map(
      ({ node, lines: count }) =>
        `${path}:${lineOf(node)}: class of ${count} lines, more than ${maxClassLines}`,
    ),
  ];
}

/** Lines without blank ones and comments: a well explained class is not a long one. */
function codeLines(text) {
  return text.split("\n").filter((line) => !/^\s*($|\/\/|\/?\*)/.test(line)).length;
}

/** Time and chance come through the ports, so that a whole cluster can run on virtual time. */
export function checkPorts({ path, file }) {
  if (portFile.test(path) || realTime.test(path)) return [];
  const timers = importsOf(file).filter(({ specifier }) => /^(node:)?timers(\/|$)/.test(specifier));
  const uses = nodesOf(file).filter((node) => timeAndChance.has(usedName(node)) || isNow(node));
  return [
    ...timers.map(({ specifier, line }) => `${path}:${line}: imports ${specifier}; take a Clock`),
    ...uses.map(
      (node) => `${path}:${lineOf(node)}: uses ${node.getText(file).split("(")[0]}; take a Clock or a Random`,
    ),
  ];
}

/** `a.b` and `globalThis.a.b` as "a.b", a free `a` as "a"; "" for anything else, such as a property called `a`. */
function usedName(node) {
  if (ts.isPropertyAccessExpression(node)) {
    return node
      .getText()
      .replace(/[\s?]/g, "")
      .replace(/^globalThis\./, "");
  }
  const isFree =
    ts.isIdentifier(node) && (node.parent.name !== node || ts.isShorthandPropertyAssignment(node.parent));
  return isFree ? node.text : "";
}

function isNow(node) {
  return (
    ts.isNewExpression(node) && node.expression.getText() === "Date" && (node.arguments ?? []).length === 0
  );
}

/** The actor package also runs in browsers and workers. */
export function checkPortable({ path, pkg, file }) {
  if (pkg !== "actor") return [];
  return importsOf(file)
    .filter(({ specifier }) => isBuiltin(specifier))
    .map(({ specifier, line }) => `${path}:${line}: imports ${specifier}, which only Node has`);
}

/** Folders are layers; imports point down. */
export function checkLayers({ path, pkg, inside, file }) {
  const rung = rungOf(pkg, inside);
  if (rung === undefined) return [`${path}: on no rung of scripts/layers.mjs`];
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith("."))
    .flatMap(({ specifier, line }) => {
      const target = posix.join(posix.dirname(inside), specifier);
      const targetRung = rungOf(pkg, target);
      return targetRung === undefined || targetRung <= rung
        ? []
        : [`${path}:${line}: imports ${target}, which is on a higher layer`];
    });
}

/** The rung of a file: that of the longest folder or file declared for it. */
function rungOf(pkg, inside) {
  const declared = (layers[pkg] ?? [])
    .flatMap((rung, index) => rung.map((place) => ({ place, index })))
    .filter(({ place }) => place === "." || inside === place || inside.startsWith(`${place}/`))
    .sort((a, b) => b.place.length - a.place.length);
  return declared[0]?.index;
}

/**
 * A flag as a parameter says nothing where it is called; two functions or a named option do. Functions that a file
 * keeps to itself, such as an assertion, are its own business.
 */
export function checkParameters({ path, file }) {
  return nodesOf(file)
    .filter((node) => ts.isParameter(node) && node.type?.kind === ts.SyntaxKind.BooleanKeyword)
    .filter(({ parent }) => !ts.isFunctionTypeNode(parent) && !ts.isSetAccessor(parent) && !isPrivate(parent))
    .map((node) => `${path}:${lineOf(node)}: boolean parameter ${node.name.getText(file)}`);
}

function isPrivate(node) {
  const isExported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  return ts.isFunctionDeclaration(node) && !isExported;
}

/** Two systems in one process must never notice each other. */
export function checkModuleState({ path, file }) {
  return file.statements
    .filter((node) => ts.isVariableStatement(node) && !(node.declarationList.flags & ts.NodeFlags.Const))
    .map((node) => `${path}:${lineOf(node)}: module-level variable; state hangs off a system`);
}

export const sourceRules = [
  checkLength,
  checkPorts,
  checkPortable,
  checkLayers,
  checkParameters,
  checkModuleState,
];
