import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Cluster, GrainService } from "@ts-grain/cluster";
import { grainService } from "@ts-grain/cluster/codegenv1";
import { CliError } from "./cli-error.ts";
import { isOwnKind } from "./own-kinds.ts";

/** The contract of a kind: from a file, if one is named, else from a member that hosts it. @throws CliError */
export async function findService(
  cluster: Cluster,
  kind: string,
  descriptors: string | undefined,
): Promise<GrainService> {
  if (descriptors !== undefined) return readService(descriptors, kind);
  const hosts = cluster.members.topology.members.filter(({ kinds }) => kinds.includes(kind));
  if (hosts.length === 0) {
    const kinds = new Set(cluster.members.topology.members.flatMap((member) => member.kinds));
    const others = [...kinds].filter((name) => !isOwnKind(name)).join(", ");
    throw new CliError(
      "unreachable",
      others === ""
        ? `no member hosts the kind ${kind}, nor any other; ts-grain doctor looks for the cause`
        : `no member hosts the kind ${kind}; there are ${others}`,
    );
  }
  const asked = hosts.filter(({ dialect }) => dialect === "ts-grain");
  for (const member of asked) {
    const service = await cluster
      .inspect(member)
      .describeKind(kind)
      .catch(() => undefined);
    if (service) return service;
  }
  throw new CliError(
    "unreachable",
    asked.length === 0
      ? `only Go members host ${kind}, and they do not tell its contract; name a file with --descriptors (made by buf build -o)`
      : `no member that hosts ${kind} told its contract; name a file with --descriptors`,
  );
}

function readService(path: string, kind: string): GrainService {
  const registry = readRegistry(path);
  const services = [...registry].filter((each) => each.kind === "service");
  const found = services
    .map((descriptor) => grainService(descriptor))
    .find((service) => service.kind === kind || service.descriptor.typeName === kind);
  if (found) return found;
  const names = services.map(({ name }) => name).join(", ");
  throw new CliError("usage", `${path} describes no service for the kind ${kind}; it has ${names || "none"}`);
}

function readRegistry(path: string): ReturnType<typeof createFileRegistry> {
  try {
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(path)));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "";
    throw new CliError(
      "usage",
      `${path} is no buf image or FileDescriptorSet in protobuf's binary form (${why}); buf build -o image.binpb writes one`,
      { cause },
    );
  }
}
