import type { Timer } from "@ts-grain/actor";
import type { ConnectResponse } from "../gen/remote/remote_pb.ts";
import type { Connection, ConnectionHandlers } from "../transport/transport.ts";
import { type PartingReason, readFrame } from "../wire/frame.ts";
import { backoffMs } from "./backoff.ts";
import { DialHandshake } from "./dial-handshake.ts";
import { BlockedByPeerEvent } from "./endpoint-events.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import {
  type EndpointAction,
  type EndpointEvent,
  type EndpointState,
  endpointStep,
  initialEndpointState,
  type TerminationReason,
} from "./endpoint-state.ts";
import { unguessableBytes } from "./unguessable-id.ts";

/** Who answered. */
export interface LinkPeer {
  readonly memberId: string;
  /** Whether it knows what ts-grain adds to Proto.Actor's protocol. */
  readonly isTsGrain: boolean;
  /** What it can do that not every version can, by the numbers of `hello.proto`. */
  readonly features: ReadonlySet<number>;
}

/** What a link tells its endpoint. */
export interface LinkListener {
  /** Frames may be sent; also after each reconnect. */
  onOpen(peer: LinkPeer): void;
  /** `send` returned false, and now there is room again. */
  onWritable(): void;
  /** A Go peer that was asked has read all that was sent before. */
  onAnswered(): void;
  /** What was sent may be lost; another connection is tried. */
  onBroken(): void;
  /** The last word, once. */
  onTerminated(reason: TerminationReason): void;
}

/** Keeps a connection to one address: does what {@link endpointStep} decides. */
export class EndpointLink {
  readonly #address: string;
  readonly #services: EndpointServices;
  readonly #listener: LinkListener;
  #state: EndpointState = initialEndpointState;
  #connection: Connection | undefined;
  /** Stands for the present attempt and its connection; what an earlier one still says is not heard. */
  #attempt = new AbortController();
  #timer: Timer | undefined;
  #handshake: DialHandshake | undefined;
  #peer: LinkPeer | undefined;
  /** Questions that are not answered yet. */
  #asked = 0;

  constructor(address: string, services: EndpointServices, listener: LinkListener) {
    this.#address = address;
    this.#services = services;
    this.#listener = listener;
  }

  get phase(): EndpointState["phase"] {
    return this.#state.phase;
  }

  /** Connects, unless that is under way. */
  want(): void {
    if (this.#state.phase === "idle") this.#on({ kind: "wanted" });
  }

  /** Ends the link. What was sent still leaves. */
  terminate(reason: TerminationReason): void {
    this.#on({ kind: "terminate", reason });
  }

  /** Whether a frame may be sent: the peer has answered, and the connection has not ended. */
  get takesFrames(): boolean {
    return this.#state.phase === "open" && this.#connection!.hasEnded !== true;
  }

  /** Sends a frame of so many messages; only while it takes frames. False asks to wait for `onWritable`. */
  send(frame: Uint8Array, messages: number): boolean {
    return this.#connection!.send(frame, messages);
  }

  /**
   * Asks a peer of Proto.Actor Go to say that it has read all that was sent: it answers each greeting, in its turn, and makes nothing else of a
   * second one.
   */
  ask(): void {
    if (!this.takesFrames) return;
    this.#asked++;
    this.#connection!.send(this.#handshake!.introduction());
  }

  /** Takes the connection for broken. */
  hangUp(why: string): void {
    if (this.#state.phase === "open") this.#failed(why, undefined);
  }

  #on(event: EndpointEvent): void {
    const { state, actions } = endpointStep(this.#state, event, this.#services.connect.maxFailures);
    this.#state = state;
    for (const action of actions) this.#perform(action);
  }

  #perform(action: EndpointAction): void {
    switch (action.kind) {
      case "dial":
        void this.#dial();
        return;
      case "greet":
        this.#greet();
        return;
      case "open":
        this.#after(this.#services.connect.settledAfterMs, { kind: "settled" });
        this.#services.logger.debug({ address: this.#address }, "endpoint connected");
        this.#listener.onOpen(this.#peer!);
        return;
      case "hang_up":
        this.#hangUp();
        if (this.#state.phase === "waiting") this.#listener.onBroken();
        return;
      case "pause":
        this.#after(this.#pauseMs(action.level), { kind: "pause_over" });
        return;
      case "terminate":
        this.#services.logger.debug({ address: this.#address, reason: action.reason }, "endpoint terminated");
        this.#listener.onTerminated(action.reason);
        return;
    }
  }

  async #dial(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#after(this.#services.connect.timeoutMs, { kind: "failed" });
    try {
      const { signal } = attempt;
      const connection = await this.#services.transport.connect(this.#address, this.#handlers(signal), {
        signal,
      });
      if (signal.aborted) {
        connection.close();
        return;
      }
      this.#connection = connection;
      this.#on({ kind: "connected" });
    } catch (error) {
      if (!attempt.signal.aborted) this.#failed("cannot connect", error);
    }
  }

  #handlers(attempt: AbortSignal): ConnectionHandlers {
    return {
      onFrame: (frame) => {
        if (!attempt.aborted) this.#received(frame);
      },
      onWritable: () => {
        if (!attempt.aborted) this.#listener.onWritable();
      },
      onClose: (error) => {
        if (!attempt.aborted) this.#failed("the connection ended", error);
      },
    };
  }

  #received(bytes: Uint8Array): void {
    try {
      const frame = readFrame(bytes);
      if (frame.kind === "connect_response") {
        this.#answered(frame.response);
      } else if (frame.kind === "disconnect_request") {
        this.#dismissed(frame.reason);
      } else {
        this.#failed(`the peer sent a ${frame.kind} where none belongs`, undefined);
      }
    } catch (error) {
      this.#failed("the peer sent bytes that are no frame", error);
    }
  }

  #greet(): void {
    const { self, membership } = this.#services;
    this.#handshake = new DialHandshake(self, membership, unguessableBytes(32));
    this.#connection!.send(this.#handshake.introduction());
  }

  #answered(response: ConnectResponse): void {
    if (this.#state.phase === "open" && this.#asked > 0) {
      this.#asked--;
      this.#listener.onAnswered();
    }
    if (this.#state.phase !== "greeting") return;
    const step = this.#handshake!.answered(response);
    if (step.kind === "prove") {
      this.#connection!.send(step.frame);
    } else if (step.kind === "refused") {
      this.#services.logger.warn({ address: this.#address }, step.why);
      if (step.isBlocked) this.#services.publish(new BlockedByPeerEvent(this.#address));
      this.#on({ kind: "answered", memberId: step.memberId, isRefused: true });
    } else {
      if (step.isTsGrain) this.#connection!.probe();
      this.#peer = step;
      this.#on({ kind: "answered", memberId: step.memberId, isRefused: false });
    }
  }

  #dismissed(reason: PartingReason): void {
    const { clock, logger, refusals, self } = this.#services;
    const unlogged = reason === "one_way" ? refusals.nextLine(clock.nowMs()) : undefined;
    if (unlogged !== undefined)
      logger.warn(
        { address: this.#address, own: self.address, unlogged },
        "the peer cannot connect to us: see whether it reaches our address, and advertisedHost",
      );
    this.#on({ kind: "goodbye", reason });
  }

  #failed(why: string, error: unknown): void {
    this.#services.logger.debug({ address: this.#address, error }, why);
    this.#on({ kind: "failed" });
  }

  #hangUp(): void {
    this.#timer?.cancel();
    this.#attempt.abort();
    const connection = this.#connection;
    if (connection === undefined) return;
    const { losses, farewells } = this.#services;
    const { closed } = connection;
    if (this.#isStopped() && closed) remember(farewells, closed);
    else if (!this.#isStopped()) losses.messages += connection.unproven ?? 0;
    connection.close();
    this.#connection = undefined;
    this.#asked = 0;
  }

  /** Then what was sent still leaves. */
  #isStopped(): boolean {
    return this.#state.phase === "terminated" && this.#state.reason === "stopped";
  }

  #pauseMs(level: number): number {
    return backoffMs(level, this.#services.connect.backoff, this.#services.random.next());
  }

  #after(delayMs: number, event: EndpointEvent): void {
    this.#timer?.cancel();
    this.#timer = this.#services.clock.schedule(delayMs, () => this.#on(event));
  }
}

/** Until it is over. */
function remember(farewells: Set<Promise<void>>, closed: Promise<void>): void {
  farewells.add(closed);
  void closed.then(() => farewells.delete(closed));
}
