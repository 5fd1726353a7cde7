import { create, type Message as ProtobufMessage } from "@bufbuild/protobuf";
import {
  type DeadLetterReason,
  DeadLetterResponse,
  type Message,
  type PID,
  PoisonPill,
  Stop,
  Terminated,
  type TerminatedReason,
  Touch,
  Touched,
  Unwatch,
  Watch,
} from "@ts-grain/actor";
import * as wire from "../gen/actor/actor_pb.ts";
import { malformed } from "./byte-reader.ts";
import { NumberedTerminated, NumberedWatch } from "./numbered.ts";
import { pidFromWire, pidToWire } from "./pid-wire.ts";

type ToWire = (message: never) => ProtobufMessage;
type ReadWire = (message: never, peerAddress: string) => Message;

/** Makes what actors know a decoded message as, which came from the peer at that address whose actor system has that id. */
export type FromWire = (message: ProtobufMessage, peerAddress: string, peerId: string) => Message;

/** The same for the actor package's own. Throws RemoteError "malformed_frame" if a PID is missing that the message is about. */
export type ActorMessageReader = (message: ProtobufMessage, peerAddress: string) => Message;

/** The actor package's own messages: classes inside a process, `actor.*` between processes. */
const toWire: ReadonlyMap<unknown, ToWire> = new Map<unknown, ToWire>([
  [PoisonPill, () => create(wire.PoisonPillSchema)],
  [Stop, () => create(wire.StopSchema)],
  [Touch, () => create(wire.TouchSchema)],
  [Touched, ({ who }: Touched) => create(wire.TouchedSchema, { who: pidToWire(who) })],
  [Watch, ({ watcher }: Watch) => create(wire.WatchSchema, { Watcher: pidToWire(watcher) })],
  [
    NumberedWatch,
    ({ watcher, number }: NumberedWatch) => create(wire.WatchSchema, { Watcher: pidToWire(watcher), number }),
  ],
  [Unwatch, ({ watcher }: Unwatch) => create(wire.UnwatchSchema, { Watcher: pidToWire(watcher) })],
  [
    Terminated,
    ({ who, why }: Terminated) => create(wire.TerminatedSchema, { who: pidToWire(who), Why: whyToWire[why] }),
  ],
  [
    NumberedTerminated,
    ({ who, why, number }: NumberedTerminated) =>
      create(wire.TerminatedSchema, { who: pidToWire(who), Why: whyToWire[why], number }),
  ],
  [
    DeadLetterResponse,
    ({ target, reason }: DeadLetterResponse) =>
      create(wire.DeadLetterResponseSchema, { reason, ...(target && { Target: pidToWire(target) }) }),
  ],
]);

const fromWire: ReadonlyMap<string, ReadWire> = new Map<string, ReadWire>([
  [wire.PoisonPillSchema.typeName, () => PoisonPill.instance],
  [wire.StopSchema.typeName, () => Stop.instance],
  [wire.TouchSchema.typeName, () => new Touch()],
  [wire.TouchedSchema.typeName, ({ who }: wire.Touched, peer) => new Touched(named(who, peer))],
  [
    wire.WatchSchema.typeName,
    ({ Watcher, number }: wire.Watch, peer) => new NumberedWatch(named(Watcher, peer), number),
  ],
  [wire.UnwatchSchema.typeName, ({ Watcher }: wire.Unwatch, peer) => new Unwatch(named(Watcher, peer))],
  [
    wire.TerminatedSchema.typeName,
    ({ who, Why, number }: wire.Terminated, peer) =>
      new NumberedTerminated(named(who, peer), whyFromWire(Why), number),
  ],
  [
    wire.DeadLetterResponseSchema.typeName,
    ({ Target, reason }: wire.DeadLetterResponse, peer) =>
      new DeadLetterResponse(Target && pidFromWire(Target, peer), reasonFromWire(reason)),
  ],
]);

/** The protobuf form of one of the actor package's messages; undefined for anything else. */
export function actorMessageToWire(message: Message): ProtobufMessage | undefined {
  return toWire.get(message.constructor)?.(message as never);
}

/** How messages of a type become the actor package's own; undefined if actors get them as they are. */
export function actorMessageReader(typeName: string): ActorMessageReader | undefined {
  return fromWire.get(typeName) as ActorMessageReader | undefined;
}

/** Only what the sender must know: it may try again, but not at once. */
function reasonFromWire(reason: string): DeadLetterReason {
  return reason === "overloaded" ? reason : "not_found";
}

const whyToWire: Readonly<Record<TerminatedReason, wire.TerminatedReason>> = {
  stopped: wire.TerminatedReason.Stopped,
  address_terminated: wire.TerminatedReason.AddressTerminated,
  not_found: wire.TerminatedReason.NotFound,
};

function whyFromWire(why: wire.TerminatedReason): TerminatedReason {
  if (why === wire.TerminatedReason.AddressTerminated) return "address_terminated";
  return why === wire.TerminatedReason.NotFound ? "not_found" : "stopped";
}

function named(pid: wire.PID | undefined, peerAddress: string): PID {
  if (pid === undefined) throw malformed("a message about a process does not say which");
  return pidFromWire(pid, peerAddress);
}
