import { type Clock, type Random, seededRandom, systemClock } from "@ts-grain/actor";
import { RemoteError } from "../remote-error.ts";
import { InMemoryPipe, type PipeWeather } from "./in-memory-pipe.ts";
import type {
  Connection,
  ConnectionHandlers,
  HostAndPort,
  InboundConnection,
  Listener,
  Transport,
} from "./transport.ts";

/**
 * Options of {@link InMemoryNetwork}.
 *
 * @see {@link InMemoryNetwork}
 */
export interface InMemoryNetworkOptions {
  /** Measures the delays. Default: the system's clock. */
  readonly clock?: Clock | undefined;
  /** Draws delays and losses. Default: a fixed seed, so that a run repeats. */
  readonly random?: Random | undefined;
  /** Milliseconds that a frame travels: one number, or the bounds between which chance picks. Order is kept. Default 0. */
  readonly delayMs?: number | { readonly min: number; readonly max: number } | undefined;
  /** Probability, 0 to 1, that a frame is lost; its connection breaks, as a stream without it would be wrong. Default 0. */
  readonly lossRate?: number | undefined;
}

interface Node {
  readonly addresses: Set<string>;
}

interface Listening {
  readonly node: Node;
  readonly accept: (connection: InboundConnection) => void;
  readonly links: Set<Link>;
}

/**
 * Processes that live in one process: a network without sockets, whose delays, losses and cuts repeat from a seed.
 *
 * @example
 * import { ActorSystem } from "@ts-grain/actor";
 * import {
 *   configureRemote,
 *   InMemoryNetwork,
 *   type InMemoryNetworkOptions,
 *   Remote,
 * } from "@ts-grain/remote";
 *
 * const options: InMemoryNetworkOptions = { delayMs: { min: 1, max: 5 } };
 * const network = new InMemoryNetwork(options);
 * const start = (host: string) =>
 *   Remote.start(new ActorSystem(), configureRemote(host, 1, { transport: network.transport() }));
 * await using a = await start("a");
 * await using b = await start("b");
 * network.cut(a.address, b.address);
 * console.log(a.address, b.address); // prints: a:1 b:1
 */
export class InMemoryNetwork {
  readonly #weather: PipeWeather;
  readonly #listening = new Map<string, Listening>();
  readonly #links = new Set<Link>();
  readonly #cuts = new Set<string>();
  #nextPort = 20_000;

  constructor(options: InMemoryNetworkOptions = {}) {
    const { clock = systemClock, random = seededRandom(0), delayMs = 0, lossRate = 0 } = options;
    const { min, max } = typeof delayMs === "number" ? { min: delayMs, max: delayMs } : delayMs;
    this.#weather = {
      clock,
      delayMs: () => (min === max ? min : min + random.next() * (max - min)),
      loses: () => lossRate > 0 && random.next() < lossRate,
    };
  }

  /** A node's way into this network. Give each system its own. */
  transport(): Transport {
    const node: Node = { addresses: new Set() };
    return {
      listen: async (at, accept) => this.#listen(node, at, accept),
      connect: (address, handlers, options = {}) =>
        this.#connect({ node, address }, handlers, options.signal),
    };
  }

  /** Breaks what connects two listeners' addresses and lets nothing between them until {@link heal}. */
  cut(a: string, b: string): void {
    this.cutOneWay(a, b);
    this.cutOneWay(b, a);
  }

  /** Breaks what the one has dialled to the other, and lets it dial no more until {@link heal}; the other way stays as it is. */
  cutOneWay(from: string, to: string): void {
    this.#cuts.add(way(from, to));
    for (const link of this.#links) {
      if (this.#isCut(link.from, link.to)) link.break("the network between the two is cut");
    }
  }

  /** Takes cuts back, of both ways. */
  heal(a: string, b: string): void {
    this.#cuts.delete(way(a, b));
    this.#cuts.delete(way(b, a));
  }

  #listen(node: Node, { host, port }: HostAndPort, accept: Listening["accept"]): Listener {
    const boundPort = port === 0 ? this.#nextPort++ : port;
    const address = `${host}:${boundPort}`;
    if (this.#listening.has(address)) throw new RemoteError("listen_failed", `${address} is taken`);
    const listening: Listening = { node, accept, links: new Set() };
    this.#listening.set(address, listening);
    node.addresses.add(address);
    return {
      host,
      port: boundPort,
      close: async () => {
        this.#listening.delete(address);
        node.addresses.delete(address);
        for (const link of listening.links) link.break("the listener was closed");
      },
    };
  }

  async #connect(
    { node, address }: { readonly node: Node; readonly address: string },
    handlers: ConnectionHandlers,
    signal: AbortSignal | undefined,
  ): Promise<Connection> {
    await this.#travel();
    signal?.throwIfAborted();
    const listening = this.#listening.get(address);
    if (listening === undefined || this.#isCut(node, address) || this.#weather.loses()) {
      throw new RemoteError("connect_failed", `nobody answers at ${address}`);
    }
    const link = new Link({ from: node, to: address, weather: this.#weather });
    this.#remember(link, listening);
    listening.accept(link.accepted([...node.addresses][0] ?? "in-memory"));
    return link.dialled(handlers);
  }

  #remember(link: Link, listening: Listening): void {
    for (const links of [this.#links, listening.links]) {
      links.add(link);
      link.onEnd(() => links.delete(link));
    }
  }

  async #travel(): Promise<void> {
    const delayMs = this.#weather.delayMs();
    if (delayMs > 0) await new Promise<void>((resolve) => this.#weather.clock.schedule(delayMs, resolve));
  }

  #isCut(from: Node, to: string): boolean {
    return [...from.addresses].some((address) => this.#cuts.has(way(address, to)));
  }
}

interface LinkOptions {
  readonly from: Node;
  readonly to: string;
  readonly weather: PipeWeather;
}

/** An established connection: two pipes that end together. */
class Link {
  readonly from: Node;
  readonly to: string;
  readonly #outward: InMemoryPipe;
  readonly #homeward: InMemoryPipe;
  readonly #endings: (() => void)[] = [];
  /** The end has come to the other side. */
  readonly #gone = Promise.withResolvers<void>();
  #hasEnded = false;

  constructor({ from, to, weather }: LinkOptions) {
    this.from = from;
    this.to = to;
    const events = { onLost: () => this.break("a frame was lost"), onEnd: () => this.#gone.resolve() };
    this.#outward = new InMemoryPipe(weather, events);
    this.#homeward = new InMemoryPipe(weather, events);
  }

  onEnd(ending: () => void): void {
    this.#endings.push(ending);
  }

  accepted(source: string): InboundConnection {
    const receive = (handlers: ConnectionHandlers) => this.#attach(handlers, this.#outward, this.#homeward);
    return Object.assign(this.#end(this.#outward, this.#homeward), { peer: { source }, receive, admit() {} });
  }

  dialled(handlers: ConnectionHandlers): Connection {
    this.#attach(handlers, this.#homeward, this.#outward);
    return this.#end(this.#homeward, this.#outward);
  }

  break(why: string): void {
    if (this.#hasEnded) return;
    this.#ended();
    const error = new RemoteError("connection_lost", why);
    this.#outward.break(error);
    this.#homeward.break(error);
  }

  #attach(handlers: ConnectionHandlers, incoming: InMemoryPipe, outgoing: InMemoryPipe): void {
    incoming.receiver = handlers;
    outgoing.sender = handlers;
  }

  #end(incoming: InMemoryPipe, outgoing: InMemoryPipe): Connection {
    const hasEnded = () => this.#hasEnded;
    return {
      probe() {},
      send: (frame, messages = 0) => this.#hasEnded || outgoing.send(frame, messages),
      get hasEnded() {
        return hasEnded();
      },
      get unproven() {
        return outgoing.unproven;
      },
      closed: this.#gone.promise,
      close: () => {
        incoming.receiver = undefined;
        outgoing.sender = undefined;
        if (this.#hasEnded) return;
        this.#ended();
        outgoing.finish();
      },
    };
  }

  #ended(): void {
    this.#hasEnded = true;
    for (const ending of this.#endings) ending();
  }
}

function way(from: string, to: string): string {
  return `${from} ${to}`;
}
