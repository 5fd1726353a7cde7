import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type ConnectRequest,
  type ConnectResponse,
  type RemoteMessage,
  RemoteMessageSchema,
} from "../gen/remote/remote_pb.ts";
import { ByteReader, malformed } from "./byte-reader.ts";

/** One `RemoteMessage`: all that ever travels on a stream. */
export type Frame =
  | { readonly kind: "batch"; readonly body: ByteReader }
  | { readonly kind: "connect_request"; readonly request: ConnectRequest }
  | { readonly kind: "connect_response"; readonly response: ConnectResponse }
  | { readonly kind: "disconnect_request" }
  /** A variant that we do not know: a newer peer's. */
  | { readonly kind: "unknown" };

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
      return { kind: "disconnect_request" };
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

/** The dialling side's first frame. */
export function connectRequestFrame(from: {
  readonly systemId: string;
  readonly address: string;
}): Uint8Array {
  const value = { SystemId: from.systemId, Address: from.address };
  return controlFrame({
    case: "connectRequest",
    value: {
      $typeName: "remote.ConnectRequest",
      connectionType: { case: "serverConnection", value: { $typeName: "remote.ServerConnection", ...value } },
    },
  });
}

/** The listening side's answer to a connect request. */
export function connectResponseFrame(answer: {
  readonly memberId: string;
  readonly blocked: boolean;
}): Uint8Array {
  return controlFrame({ case: "connectResponse", value: { $typeName: "remote.ConnectResponse", ...answer } });
}

/** The listening side's goodbye. */
export function disconnectRequestFrame(): Uint8Array {
  return controlFrame({ case: "disconnectRequest", value: { $typeName: "remote.DisconnectRequest" } });
}

function controlFrame(messageType: RemoteMessage["messageType"]): Uint8Array {
  return toBinary(RemoteMessageSchema, create(RemoteMessageSchema, { messageType }));
}
