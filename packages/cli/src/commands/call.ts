import { create, fromJsonString, type Message, toJsonString } from "@bufbuild/protobuf";
import { type Cluster, GrainError, type GrainMethod, type GrainService } from "@ts-grain/cluster";
import { Argument, type Command } from "commander";
import { CliError } from "../cli-error.ts";
import { type ClusterCommandOptions, clusterCommand } from "../cluster-options.ts";
import { findService } from "../find-service.ts";
import { type GrainTarget, parseGrainTarget } from "../grain-target.ts";
import { printable, type Terminal } from "../terminal.ts";
import { visitCluster } from "../visit-cluster.ts";

interface CallOptions extends ClusterCommandOptions {
  readonly descriptors?: string;
  readonly header?: readonly string[];
}

interface Asked {
  readonly target: GrainTarget;
  readonly rpc: string;
  readonly request: string;
}

/** `ts-grain call` */
export function callCommand(terminal: Terminal): Command {
  return clusterCommand("call")
    .summary("call a grain")
    .description(
      "Calls a grain and prints its answer. Request and answer are protobuf's JSON. The contract comes from the members that host the kind, or from a file.",
    )
    .addArgument(new Argument("<kind/identity>", "the grain").argParser(parseGrainTarget))
    .argument("<rpc>", "the rpc's name, as in the .proto")
    .argument("[request]", "its request; - reads standard input", "{}")
    .option("-d, --descriptors <file>", "a buf image or FileDescriptorSet, for grains of Go members")
    .option("-H, --header <name=value...>", "text that travels beside the request")
    .addHelpText(
      "after",
      `
Examples:
  $ ts-grain call SmartBulb/kitchen GetState --cluster my-cluster
  $ echo '{"name": "Ada"}' | ts-grain call Greeter/door Greet - --cluster my-cluster
  $ ts-grain call SmartBulb/kitchen TurnOn --cluster my-cluster --descriptors image.binpb`,
    )
    .action(async (target: GrainTarget, rpc: string, text: string, options: CallOptions) => {
      const request = text === "-" ? await terminal.readInput() : text;
      const headers = readHeaders(options.header ?? []);
      const answer = await visitCluster(options, terminal, (cluster) =>
        callGrain(cluster, { target, rpc, request }, { ...options, headers, signal: terminal.interrupted }),
      );
      terminal.print(answer);
    });
}

async function callGrain(
  cluster: Cluster,
  { target, rpc, request }: Asked,
  options: CallOptions & { readonly headers: Record<string, string>; readonly signal: AbortSignal },
): Promise<string> {
  const service = await findService(cluster, target.kind, options.descriptors);
  const method = findMethod(service, rpc);
  const message = readRequest(method, request);
  const { timeout: timeoutMs, headers, signal } = options;
  try {
    const response = await cluster.callGrain({
      service,
      identity: target.identity,
      method,
      request: message,
      options: { timeoutMs, headers, signal },
    });
    return toJsonString(method.output, response, options.json ? {} : { prettySpaces: 2 });
  } catch (error) {
    if (!GrainError.is(error)) throw error;
    const { reason, metadata } = error;
    throw new CliError("failed", describeGrainError(error), { cause: error, fields: { reason, metadata } });
  }
}

function findMethod({ methods, descriptor }: GrainService, rpc: string): GrainMethod {
  const known = methods.filter((method) => method !== undefined);
  const method = known.find(({ name, property }) => name === rpc || property === rpc);
  if (method) return method;
  const names = known.map(({ name }) => name).join(", ");
  throw new CliError("usage", `${descriptor.typeName} has no unary rpc ${rpc}; it has ${names}`);
}

function readRequest({ input, name }: GrainMethod, text: string): Message {
  try {
    return text.trim() === "" ? create(input) : fromJsonString(input, text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "";
    throw new CliError("usage", `the request of ${name} must be a ${input.typeName} as JSON: ${why}`, {
      cause,
    });
  }
}

function readHeaders(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      if (equals <= 0) throw new CliError("usage", `a header is written name=value, got ${pair}`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function describeGrainError({ reason, message, metadata }: GrainError): string {
  const more = Object.entries(metadata).map(([key, value]) => `\n  ${printable(key)}: ${printable(value)}`);
  return `${printable(reason)}: ${printable(message)}${more.join("")}`;
}
