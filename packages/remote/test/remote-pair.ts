import { file_google_protobuf_wrappers } from "@bufbuild/protobuf/wkt";
import {
  type Actor,
  type ActorContext,
  ActorSystem,
  PID,
  type Props,
  propsFromFunction,
  seededRandom,
} from "@ts-grain/actor";
import { quietLogger, VirtualClock } from "@ts-grain/actor/testing";
import {
  configureRemote,
  InMemoryNetwork,
  type InMemoryNetworkOptions,
  Remote,
  type RemoteOptions,
} from "@ts-grain/remote";

/** A system with a remote. */
export interface Member {
  readonly system: ActorSystem;
  readonly remote: Remote;
}

/** How {@link RemotePair} is made. */
export interface PairOptions {
  readonly network?: Omit<InMemoryNetworkOptions, "clock">;
  readonly remote?: Partial<RemoteOptions>;
}

/** Members `a` and `b` on an in-memory network under virtual time. */
export class RemotePair implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly network: InMemoryNetwork;
  readonly #options: PairOptions;
  a!: Member;
  b!: Member;

  private constructor(options: PairOptions) {
    this.#options = options;
    this.network = new InMemoryNetwork({ ...options.network, clock: this.clock });
  }

  static async start(options: PairOptions = {}): Promise<RemotePair> {
    const pair = new RemotePair(options);
    pair.a = await pair.member("a", 1);
    pair.b = await pair.member("b", 1);
    return pair;
  }

  /** Starts another member on the network. */
  async member(host: string, port: number, transport = this.network.transport()): Promise<Member> {
    const system = new ActorSystem({
      clock: this.clock,
      random: seededRandom(port),
      logger: quietLogger,
    });
    const options = {
      transport,
      types: [file_google_protobuf_wrappers],
      ...this.#options.remote,
    };
    return { system, remote: await Remote.start(system, configureRemote(host, port, options)) };
  }

  /** Spawns an actor on `b` that peers may address; returns its PID as `a` knows it. */
  expose(name: string, receive: Actor["receive"] | Props): PID {
    const props =
      typeof receive === "function" ? propsFromFunction(receive as (context: ActorContext) => void) : receive;
    this.b.system.root.spawnNamed(props, name);
    this.b.remote.expose(name);
    return new PID(this.b.remote.address, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { system, remote } of [this.a, this.b]) {
      await remote.shutdown({ graceful: false });
      const stopping = system.shutdown();
      await this.clock.advance(20_000);
      await stopping;
    }
  }
}
