import { create, type DescFile, isMessage } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Actor, ActorContext } from "@ts-grain/actor";
import {
  DescribeKindRequestSchema,
  type DescribeKindResponse,
  DescribeKindResponseSchema,
  ListActivationsRequestSchema,
  ListActivationsResponseSchema,
} from "../gen/tsgrain/cluster/v1/inspection_pb.ts";
import type { GrainService } from "../grain/grain-service.ts";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";

/** Where every ts-grain member answers the questions of tools. */
export const inspectionActorId = "tsgrain-inspection";

/** More grains than this are not listed at once: with the longest identities they still fit into one frame. */
const maxListed = 1_000;

/** What can be inspected. */
export interface Inspected {
  /** By kind. */
  readonly services: ReadonlyMap<string, GrainService>;
  /** The grains that are active here. */
  readonly active: Iterable<ClusterIdentity>;
}

/** Answers what tools ask a member: the contracts of its kinds, and which grains are active. */
export class InspectionActor implements Actor {
  readonly #inspected: Inspected;

  constructor(inspected: Inspected) {
    this.#inspected = inspected;
  }

  receive(context: ActorContext): void {
    const { message } = context;
    if (isMessage(message, DescribeKindRequestSchema)) {
      context.respond(describe(this.#inspected.services.get(message.kind)));
    } else if (isMessage(message, ListActivationsRequestSchema)) {
      const { kind, limit } = message;
      const grains = [...this.#inspected.active].filter((grain) => kind === "" || grain.kind === kind);
      const most = Math.min(maxListed, limit || maxListed);
      context.respond(
        create(ListActivationsResponseSchema, {
          grains: grains.slice(0, most).map(({ kind: of, identity }) => ({ kind: of, identity })),
          total: grains.length,
        }),
      );
    }
  }
}

function describe(service: GrainService | undefined): DescribeKindResponse {
  if (!service) return create(DescribeKindResponseSchema);
  const { descriptor, methods } = service;
  return create(DescribeKindResponseSchema, {
    service: descriptor.typeName,
    files: create(FileDescriptorSetSchema, { file: filesOf(descriptor.file) }),
    methods: methods.flatMap((method) => (method ? [{ name: method.name, index: method.index }] : [])),
  });
}

/** A file and what it imports, imported ones first, each once. */
function filesOf(file: DescFile, seen: Set<string> = new Set()): FileDescriptorProto[] {
  if (seen.has(file.name)) return [];
  seen.add(file.name);
  return [...file.dependencies.flatMap((dependency) => filesOf(dependency, seen)), file.proto];
}
