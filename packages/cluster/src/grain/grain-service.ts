import type { DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { type MessageCodec, protobufCodec, type TypeRegistry } from "@ts-grain/remote";

/**
 * Which calls may be started while a call of this rpc waits for something: "none"; "call_chain": those that it led to
 * itself, by way of other grains; "read_only": those of other such rpcs; "always": any.
 *
 * @see {@link grainService}
 */
export type GrainReentrancy = "none" | "call_chain" | "read_only" | "always";

/**
 * What a contract says about one rpc beside its messages.
 *
 * @see {@link grainService}
 */
export interface GrainMethodOptions {
  /** Default "none". */
  readonly reentrancy?: GrainReentrancy | undefined;
  /** The caller does not wait for the answer, which is an `Empty`. Default false. */
  readonly oneWay?: true | undefined;
  /** Pins how the rpc travels, 0 to 9,999. Default: its position in the service. */
  readonly index?: number | undefined;
}

/**
 * One unary rpc of a grain.
 *
 * @example
 * import type { GrainMethod, GrainService } from "@ts-grain/cluster";
 *
 * // The rpcs of a kind that may be sent twice.
 * function idempotentRpcs({ methods }: GrainService): readonly string[] {
 *   const isIdempotent = (method: GrainMethod | undefined) => method?.isIdempotent === true;
 *   return methods.filter(isIdempotent).map((method) => method?.name ?? "");
 * }
 */
export interface GrainMethod {
  /** Its name in the .proto. */
  readonly name: string;
  /** Its name on the grain and on the client. */
  readonly property: string;
  /** How it travels: its position in the service, streaming rpcs counted, as in Proto.Actor Go, unless it is pinned. */
  readonly index: number;
  readonly input: DescMessage;
  readonly output: DescMessage;
  /** Writes and reads the requests that travel. */
  readonly inputCodec: MessageCodec;
  readonly reentrancy: GrainReentrancy;
  /** The caller does not wait for the answer. */
  readonly isOneWay: boolean;
  /** protobuf's `idempotency_level` says that running it twice does no harm. */
  readonly isIdempotent: boolean;
}

/**
 * What generated code says about a service that its descriptor does not.
 *
 * @see {@link grainService}
 */
export interface GrainServiceOptions {
  /** Default: the service's short name in Go's camel case. */
  readonly kind?: string | undefined;
  /** Milliseconds without a call after which an activation ends, where `KindOptions` say nothing. 0 = never. */
  readonly idleTimeoutMs?: number | undefined;
  /** Property names, by rpc name, where the usual one would collide with something. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** By rpc name. */
  readonly methods?: Readonly<Record<string, GrainMethodOptions>> | undefined;
  /** Of the messages that its rpcs take and return, in any order. Default: protobuf-es writes and reads them. */
  readonly codecs?: readonly MessageCodec[] | undefined;
}

/**
 * A protobuf service as grains see it. `Grain` is what implements it, `Client` what calls it.
 *
 * @example
 * import type { Cluster, GrainService } from "@ts-grain/cluster";
 *
 * // What a tool learns from a member, without any generated code.
 * async function describeKind(cluster: Cluster, kind: string): Promise<readonly string[]> {
 *   const [member] = cluster.members.topology.members.filter(({ kinds }) => kinds.includes(kind));
 *   const service: GrainService | undefined =
 *     member && (await cluster.inspect(member).describeKind(kind));
 *   return (service?.methods ?? []).map((method) => `${method?.name}`);
 * }
 */
export interface GrainService<Grain extends object = object, Client extends object = object> {
  readonly descriptor: DescService;
  /** The service's short name, in Go's camel case, as in Proto.Actor Go, unless the contract names another. */
  readonly kind: string;
  /** Milliseconds, where the contract says so and `KindOptions` do not. */
  readonly idleTimeoutMs: number | undefined;
  /** By index; empty where an rpc streams, or nothing has that index. */
  readonly methods: readonly (GrainMethod | undefined)[];
  /** Of messages that its methods take and return. */
  readonly codecs: readonly MessageCodec[];
  /** Only for the compiler: ties a service to its types. */
  readonly "~types"?: { readonly grain: Grain; readonly client: Client };
}

/**
 * Describes a service to the runtime. Called by generated code.
 *
 * @example
 * import {
 *   type GrainMethodOptions,
 *   type GrainReentrancy,
 *   type GrainServiceOptions,
 *   grainService,
 * } from "@ts-grain/cluster/codegenv1";
 * import type { SmartBulbGrain, SmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
 * import { SmartBulb } from "./gen/smartbulb_pb.ts";
 *
 * // As generated code does for a contract whose GetState is `reentrancy = READ_ONLY`.
 * const reentrancy: GrainReentrancy = "read_only";
 * const getState: GrainMethodOptions = { reentrancy };
 * const options: GrainServiceOptions = {
 *   kind: "Bulb",
 *   idleTimeoutMs: 30_000,
 *   methods: { GetState: getState },
 * };
 * const bulbService = grainService<SmartBulbGrain, SmartBulbGrainClient>(SmartBulb, options);
 * console.log(bulbService.kind, bulbService.methods[0]?.property); // prints: Bulb getState
 */
export function grainService<Grain extends object, Client extends object>(
  descriptor: DescService,
  options: GrainServiceOptions = {},
): GrainService<Grain, Client> {
  const { kind = goCamelCase(descriptor.name), idleTimeoutMs, codecs = [] } = options;
  const methods: (GrainMethod | undefined)[] = [];
  for (const [position, method] of descriptor.methods.entries()) {
    const described = grainMethod(method, position, options);
    methods[described?.index ?? position] ??= described;
  }
  return { descriptor, kind, idleTimeoutMs, methods: Array.from(methods), codecs };
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
  position: number,
  { properties, methods, codecs = [] }: GrainServiceOptions,
): GrainMethod | undefined {
  if (method.methodKind !== "unary") return undefined;
  const { name, input, output, localName, idempotency } = method;
  const { reentrancy = "none", oneWay = false, index = position } = methods?.[name] ?? {};
  const isIdempotent = idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
  const property = properties?.[name] ?? localName;
  const inputCodec = codecs.find(({ typeName }) => typeName === input.typeName) ?? protobufCodec(input);
  return { name, property, index, input, output, inputCodec, reentrancy, isOneWay: oneWay, isIdempotent };
}

/** Lets the messages of a service travel between processes. */
export function registerService(types: TypeRegistry, { descriptor, methods, codecs }: GrainService): void {
  types.register(descriptor.file);
  for (const method of methods) {
    if (!method) continue;
    types.register(method.input);
    types.register(method.output);
  }
  for (const codec of codecs) types.offerCodec(codec);
}
