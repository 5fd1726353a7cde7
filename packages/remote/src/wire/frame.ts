import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type ConnectRequest,
  ConnectRequestSchema,
  type ConnectResponse,
  ConnectResponseSchema,
  DisconnectRequestSchema,
  type RemoteMessage,
  RemoteMessageSchema,
  ServerConnectionSchema,
} from "../gen/remote/remote_pb.ts";
import type { Hello } from "../gen/tsgrain/remote/v1/hello_pb.ts";
import { ByteReader, malformed } from "./byte-reader.ts";

/** One `RemoteMessage`: all that ever travels on a stream. */
export type Frame =
  | { readonly kind: "batch"; readonly body: ByteReader }
  | { readonly kind: "connect_request"; readonly request: ConnectRequest }
  | { readonly kind: "connect_response"; readonly response: ConnectResponse }
  | { readonly kind: "disconnect_request"; readonly reason: PartingReason }
  /** A variant that we do not know: a newer peer's. */
  | { readonly kind: "unknown" };

/** Why the listening side ends a connection: it shuts down, or it cannot connect to the dialling side and so can tell it nothing. */
export type PartingReason = "said_goodbye" | "one_way";

/** Everything but a batch is small; a larger one is refused before it is decoded. */
const maxControlBytes = 16 * 1024;
const batchTag = 0x0a;

/**
 * Reads the outermost layer of a frame from an untrusted peer. A batch's body is not looked into.
 *
 * @throws RemoteError "malformed_frame".
 */
export function readFrame(bytes: Uint8Array): Frame {
  if (bytes[0] === batchTag) return readBatchFrame(bytes);
  if (bytes.length > maxControlBytes) throw malformed(`a control frame has ${bytes.length} bytes`);
  let message: RemoteMessage;
  try {
    message = fromBinary(RemoteMessageSchema, bytes);
  } catch (cause) {
    throw malformed("a frame is no RemoteMessage", { cause });
  }
  const { case: kind, value } = message.messageType;
  switch (kind) {
    case "connectRequest":
      return { kind: "connect_request", request: value };
    case "connectResponse":
      return { kind: "connect_response", response: value };
    case "disconnectRequest":
      return { kind: "disconnect_request", reason: value.reason === "one_way" ? "one_way" : "said_goodbye" };
    case "messageBatch":
      throw malformed("a batch follows another field");
    case undefined:
      return { kind: "unknown" };
  }
}

function readBatchFrame(bytes: Uint8Array): Frame {
  const body = new ByteReader(bytes, 1);
  const end = body.lengthEnd();
  if (end !== bytes.length) throw malformed("a batch is followed by another field");
  return { kind: "batch", body };
}

/** Who the dialling side says it is. */
export interface Introduction {
  readonly systemId: string;
  readonly address: string;
  readonly hello?: Hello | undefined;
}

/** The dialling side's first frame. */
export function connectRequestFrame({
  systemId: SystemId,
  address: Address,
  hello,
}: Introduction): Uint8Array {
  const connection = create(ServerConnectionSchema, { SystemId, Address, ...(hello && { hello }) });
  return controlFrame({
    case: "connectRequest",
    value: create(ConnectRequestSchema, { connectionType: { case: "serverConnection", value: connection } }),
  });
}

/** What the listening side answers. */
export interface Answer {
  readonly memberId: string;
  readonly blocked: boolean;
  readonly hello?: Hello | undefined;
}

/** The listening side's answer to a connect request. */
export function connectResponseFrame({ memberId, blocked, hello }: Answer): Uint8Array {
  const value = create(ConnectResponseSchema, { memberId, blocked, ...(hello && { hello }) });
  return controlFrame({ case: "connectResponse", value });
}

/** The listening side's goodbye. */
export function disconnectRequestFrame(reason: PartingReason = "said_goodbye"): Uint8Array {
  const value = create(DisconnectRequestSchema, reason === "said_goodbye" ? {} : { reason });
  return controlFrame({ case: "disconnectRequest", value });
}

function controlFrame(messageType: RemoteMessage["messageType"]): Uint8Array {
  return toBinary(RemoteMessageSchema, create(RemoteMessageSchema, { messageType }));
}
