import type { DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import type { TypeRegistry } from "@ts-grain/remote";

/** One unary rpc of a grain. */
export interface GrainMethod {
  /** Its name in the .proto. */
  readonly name: string;
  /** Its name on the grain and on the client. */
  readonly property: string;
  /** Its position in the service, streaming rpcs counted: how it travels to members of Proto.Actor Go. */
  readonly index: number;
  readonly input: DescMessage;
  readonly output: DescMessage;
}

/** What generated code says about a service that its descriptor does not. */
export interface GrainServiceOptions {
  /** Property names, by rpc name, where the usual one would collide with something. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
}

/** A protobuf service as grains see it. `Grain` is what implements it, `Client` what calls it. */
export interface GrainService<Grain extends object = object, Client extends object = object> {
  readonly descriptor: DescService;
  /** The service's short name, in Go's camel case, as in Proto.Actor Go. */
  readonly kind: string;
  /** By position in the service; empty where an rpc streams. */
  readonly methods: readonly (GrainMethod | undefined)[];
  /** Only for the compiler: ties a service to its types. */
  readonly "~types"?: { readonly grain: Grain; readonly client: Client };
}

/** Describes a service to the runtime. Called by generated code. */
export function grainService<Grain extends object, Client extends object>(
  descriptor: DescService,
  options: GrainServiceOptions = {},
): GrainService<Grain, Client> {
  return {
    descriptor,
    kind: goCamelCase(descriptor.name),
    methods: descriptor.methods.map((method, index) => grainMethod(method, index, options)),
  };
}

/**
 * `smart_bulb` becomes `SmartBulb`: kinds have the names that Go's generators give to services.
 *
 * Rules of protobuf-go: a small letter at the start, after a digit or after `_` is made a capital and takes that `_`
 * with it; a `_` at the start is an X.
 */
function goCamelCase(name: string): string {
  return name
    .replace(/^_(?![a-z])/, "X")
    .replace(/^_/, "X_")
    .replace(/_([a-z])|(?<=^|\d)([a-z])/g, (match) => match.replace("_", "").toUpperCase());
}

function grainMethod(
  method: DescMethod,
  index: number,
  { properties }: GrainServiceOptions,
): GrainMethod | undefined {
  if (method.methodKind !== "unary") return undefined;
  const property = properties?.[method.name] ?? method.localName;
  return { name: method.name, property, index, input: method.input, output: method.output };
}

/** Lets the messages of a service travel between processes. */
export function registerService(types: TypeRegistry, { descriptor, methods }: GrainService): void {
  types.register(descriptor.file);
  for (const method of methods) {
    if (!method) continue;
    types.register(method.input);
    types.register(method.output);
  }
}
