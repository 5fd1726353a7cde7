import { type DescMessage, fromBinary, type Message, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type ByteWriter, type MessageCodec, MessageReader } from "@ts-grain/remote";
import {
  type ActivationRequest,
  ActivationRequestSchema,
  type ActivationResponse,
  ActivationResponseSchema,
} from "../gen/cluster/cluster_pb.ts";

// Field number * 8 + wire type.
const requestTag = { clusterIdentity: 1 * 8 + 2, requestId: 2 * 8 + 2, topologyHash: 3 * 8 } as const;
const identityTag = { identity: 1 * 8 + 2, kind: 2 * 8 + 2 } as const;
const responseTag = { pid: 1 * 8 + 2, failed: 2 * 8, topologyHash: 3 * 8 } as const;
const pidTag = { address: 1 * 8 + 2, id: 2 * 8 + 2, requestId: 3 * 8 } as const;

type WireIdentity = NonNullable<ActivationRequest["clusterIdentity"]>;
type WirePid = NonNullable<ActivationResponse["pid"]>;

/**
 * Write and read the two messages of each first call between processes as protobuf-es does, in a fraction of the time. What
 * those messages do not have, such as unknown fields, is left to protobuf-es.
 */
export const activationCodecs: readonly MessageCodec[] = [
  codec(ActivationRequestSchema, { write: writeRequest, read: readRequest }),
  codec(ActivationResponseSchema, { write: writeResponse, read: readResponse }),
];

interface Shortcut<Shape> {
  readonly write: (message: Shape, into: ByteWriter) => void;
  /** @returns undefined for a field that it does not know. */
  readonly read: (reader: MessageReader) => Shape | undefined;
}

function codec<Desc extends DescMessage>(
  schema: Desc,
  { write, read }: Shortcut<MessageShape<Desc>>,
): MessageCodec {
  return {
    typeName: schema.typeName,
    serializerId: 0,
    encode(message, into) {
      if (hasUnknown(message)) into.raw(toBinary(schema, message as MessageShape<Desc>));
      else write(message as MessageShape<Desc>, into);
    },
    decode: (bytes, start, end) => {
      try {
        const message = read(new MessageReader(bytes, start, end));
        if (message) return message;
      } catch {
        // Protobuf-es says what is wrong.
      }
      return fromBinary(schema, bytes.subarray(start, end));
    },
  };
}

/** Whether protobuf-es has kept a field of it, or of what it holds, that is not known here. */
function hasUnknown(message: Message): boolean {
  const { clusterIdentity } = message as ActivationRequest;
  const { pid } = message as ActivationResponse;
  return Boolean(message.$unknown ?? clusterIdentity?.$unknown ?? pid?.$unknown);
}

function writeRequest(
  { clusterIdentity, requestId, topologyHash }: ActivationRequest,
  into: ByteWriter,
): void {
  if (clusterIdentity) {
    const start = into.beginField(requestTag.clusterIdentity);
    const { identity, kind } = clusterIdentity;
    if (identity !== "") into.tag(identityTag.identity).string(identity);
    if (kind !== "") into.tag(identityTag.kind).string(kind);
    into.endLength(start);
  }
  if (requestId !== "") into.tag(requestTag.requestId).string(requestId);
  if (topologyHash !== 0n) into.tag(requestTag.topologyHash).uint64(topologyHash);
}

function readRequest(reader: MessageReader): ActivationRequest | undefined {
  const request: ActivationRequest = {
    $typeName: "cluster.ActivationRequest",
    requestId: "",
    topologyHash: 0n,
  };
  while (reader.pos < reader.end) {
    switch (reader.tag()) {
      case requestTag.clusterIdentity:
        // protobuf merges a second one into the first.
        if (request.clusterIdentity) return undefined;
        request.clusterIdentity = readIdentity(reader);
        if (!request.clusterIdentity) return undefined;
        break;
      case requestTag.requestId:
        request.requestId = reader.string();
        break;
      case requestTag.topologyHash:
        request.topologyHash = reader.uint64();
        break;
      default:
        return undefined;
    }
  }
  return request;
}

function readIdentity(reader: MessageReader): WireIdentity | undefined {
  const read: WireIdentity = { $typeName: "cluster.ClusterIdentity", identity: "", kind: "" };
  const end = reader.lengthEnd();
  while (reader.pos < end) {
    switch (reader.tag()) {
      case identityTag.identity:
        read.identity = reader.string();
        break;
      case identityTag.kind:
        read.kind = reader.string();
        break;
      default:
        return undefined;
    }
  }
  return reader.pos === end ? read : undefined;
}

function writeResponse({ pid, failed, topologyHash }: ActivationResponse, into: ByteWriter): void {
  if (pid) {
    const start = into.beginField(responseTag.pid);
    if (pid.Address !== "") into.tag(pidTag.address).string(pid.Address);
    if (pid.Id !== "") into.tag(pidTag.id).string(pid.Id);
    if (pid.requestId !== 0) into.tag(pidTag.requestId).uint32(pid.requestId);
    into.endLength(start);
  }
  if (failed) into.tag(responseTag.failed).bool(true);
  if (topologyHash !== 0n) into.tag(responseTag.topologyHash).uint64(topologyHash);
}

function readResponse(reader: MessageReader): ActivationResponse | undefined {
  const response: ActivationResponse = {
    $typeName: "cluster.ActivationResponse",
    failed: false,
    topologyHash: 0n,
  };
  while (reader.pos < reader.end) {
    switch (reader.tag()) {
      case responseTag.pid:
        if (response.pid) return undefined;
        response.pid = readPid(reader);
        if (!response.pid) return undefined;
        break;
      case responseTag.failed:
        response.failed = reader.bool();
        break;
      case responseTag.topologyHash:
        response.topologyHash = reader.uint64();
        break;
      default:
        return undefined;
    }
  }
  return response;
}

function readPid(reader: MessageReader): WirePid | undefined {
  const read: WirePid = { $typeName: "actor.PID", Address: "", Id: "", requestId: 0 };
  const end = reader.lengthEnd();
  while (reader.pos < end) {
    switch (reader.tag()) {
      case pidTag.address:
        read.Address = reader.string();
        break;
      case pidTag.id:
        read.Id = reader.string();
        break;
      case pidTag.requestId:
        read.requestId = reader.uint32();
        break;
      default:
        return undefined;
    }
  }
  return reader.pos === end ? read : undefined;
}
