import type { DescMethod, DescService } from "@bufbuild/protobuf";

/** The names printed for one service. */
export interface GrainNames {
  /** What a grain implements. */
  readonly grain: string;
  /** The same as a class to extend. */
  readonly kindClass: string;
  /** What a caller sees. */
  readonly client: string;
  readonly getClient: string;
  readonly newKind: string;
  /** The constant, not exported, that describes the service to the runtime. */
  readonly description: string;
}

/** All names derive from the service's name in PascalCase: `smart_bulb` prints as `SmartBulb` does. */
export function grainNames(service: DescService): GrainNames {
  const base = pascalCase(service.name);
  return {
    grain: `${base}Grain`,
    kindClass: `${base}Kind`,
    client: `${base}GrainClient`,
    getClient: `get${base}GrainClient`,
    newKind: `new${base}Kind`,
    description: `${base.charAt(0).toLowerCase()}${base.slice(1)}Grain`,
  };
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Names that an rpc cannot have on a grain or a client. */
const takenMembers: ReadonlySet<string> = new Set([
  // `await client` would call it and never settle.
  "then",
  // In an interface, `new(…)` is a construct signature.
  "new",
  // Members of GrainKind and GrainHooks in codegenv1.
  "context",
  "onActivate",
  "onDeactivate",
  "onMessage",
  // Members of every object; protobuf-es escapes constructor, toString, toJSON and valueOf itself.
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "toLocaleString",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
]);

/** The rpc's name on grains and clients: protobuf-es' name for it, with a `$` if that is taken. */
export function memberName(method: DescMethod): string {
  return takenMembers.has(method.localName) ? `${method.localName}$` : method.localName;
}
