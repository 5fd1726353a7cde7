import type { Clock, DeadLetter, Logger, PID, ProcessRegistry, Random } from "@ts-grain/actor";
import type { Transport } from "../transport/transport.ts";
import type { BatchLimits } from "../wire/batch-reader.ts";
import type { TypeRegistry } from "../wire/type-registry.ts";
import type { Backoff } from "./backoff.ts";
import type { LastLetters } from "./last-letters.ts";
import type { Membership } from "./membership.ts";
import type { OutboxLimits } from "./outbox.ts";
import type { PeerTypes } from "./peer-types.ts";
import type { PeerWatches } from "./peer-watches.ts";
import type { Refusals } from "./refusals.ts";

/** Who we are to a peer. */
export interface Self {
  readonly systemId: string;
  readonly address: string;
}

/** When an endpoint gives up, and how long it waits. */
export interface ConnectPolicy {
  /** Milliseconds from dialling to the peer's answer. */
  readonly timeoutMs: number;
  /** Failures in a row after which the peer counts as gone. */
  readonly maxFailures: number;
  /** Milliseconds that a connection must hold until the pauses begin small again. */
  readonly settledAfterMs: number;
  readonly backoff: Backoff;
}

/** What endpoints and sessions share. */
export interface EndpointServices {
  readonly self: Self;
  readonly membership: Membership;
  readonly peerTypes: PeerTypes;
  readonly peerWatches: PeerWatches;
  readonly transport: Transport;
  readonly types: TypeRegistry;
  readonly processes: ProcessRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly connect: ConnectPolicy;
  readonly outbox: OutboxLimits;
  readonly batchLimits: BatchLimits;
  readonly refusals: Refusals;
  /** Takes what waited for an address that is given up. */
  readonly lastLetters: LastLetters;
  /** What may have been lost with connections. */
  readonly losses: { messages: number };
  /** The ends of connections that were closed for what was sent over them to arrive. */
  readonly farewells: Set<Promise<void>>;
  /** Runs the callback when the code that runs now has returned. */
  readonly soon: (callback: () => void) => void;
  /** Runs the callback in the next turn of the event loop. */
  readonly later: (callback: () => void) => void;
  /** Puts an event on the system's event stream. */
  readonly publish: (event: object) => void;
  /** What a sender is called to the peer at an address, which may from then on answer it; the number of a request stays. */
  readonly handOut: (sender: PID, peerAddress: string) => PID;
  /** The sender behind one that was handed out, for a message that never left. */
  readonly recall: (handedOut: PID) => PID;
  /** Makes a message that cannot be delivered a dead letter; its sender, if any, is told. */
  readonly deadLetter: (letter: DeadLetter) => void;
}
