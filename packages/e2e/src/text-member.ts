import { create, isMessage } from "@bufbuild/protobuf";
import { file_google_protobuf_wrappers, type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
import {
  type ActorContext,
  ActorSystem,
  type Logger,
  type Message,
  PID,
  propsFromFunction,
} from "@ts-grain/actor";
import { quietLogger } from "@ts-grain/actor/testing";
import { freePorts } from "@ts-grain/cluster/testing";
import { configureRemote, Remote, type RemoteOptions } from "@ts-grain/remote";

/** How a {@link TextMember} is made. */
export interface TextMemberOptions extends RemoteOptions {
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: any, which stays free for a successor. */
  readonly port?: number;
  /** Default: drops everything. */
  readonly logger?: Logger;
}

/** A member on a real socket whose exposed actors are `echo` and `collector`, and where peers may spawn further `echo`s. */
export class TextMember implements AsyncDisposable {
  readonly system: ActorSystem;
  readonly remote: Remote;
  /** What reached the collector. */
  readonly collected: string[] = [];

  private constructor(system: ActorSystem, remote: Remote) {
    this.system = system;
    this.remote = remote;
    system.root.spawnNamed(propsFromFunction(echo), "echo");
    const collect = ({ message }: ActorContext) => {
      if (isMessage(message, StringValueSchema)) this.collected.push(message.value);
    };
    system.root.spawnNamed(propsFromFunction(collect), "collector");
  }

  static async start({
    host = "127.0.0.1",
    port,
    logger = quietLogger,
    ...options
  }: TextMemberOptions = {}): Promise<TextMember> {
    const system = new ActorSystem({ logger });
    const spawnable = new Map([["echo", propsFromFunction(echo)]]);
    const config = configureRemote(host, port ?? (await freePorts(1))[0]!, {
      exposed: ["echo", "collector"],
      spawnable,
      ...options,
    });
    const remote = await Remote.start(system, config);
    remote.types.register(file_google_protobuf_wrappers, { knownBy: "every peer" });
    return new TextMember(system, remote);
  }

  get port(): number {
    return Number(this.remote.address.split(":")[1]);
  }

  /** One of its actors. */
  pid(id: string): PID {
    return new PID(this.remote.address, id);
  }

  request(target: PID, message: Message): Promise<Message> {
    return this.system.root.requestAsync(target, message);
  }

  /** The next event of a class on the event stream. */
  next<T>(type: new (...args: never[]) => T): Promise<T> {
    return new Promise((resolve) => {
      const subscription = this.system.eventStream.subscribe((event) => {
        if (!(event instanceof type)) return;
        subscription.unsubscribe();
        resolve(event);
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remote.shutdown({ graceful: false });
    await this.system.shutdown();
  }
}

/** A message with a text. */
export function text(value: string): StringValue {
  return create(StringValueSchema, { value });
}

function echo(context: ActorContext): void {
  const { message, headers, sender } = context;
  if (!isMessage(message, StringValueSchema) || sender === undefined) return;
  const pairs = Object.entries(headers).map(([name, value]) => `${name}=${value}`);
  context.respond(text(`ts: ${[message.value, ...pairs.toSorted()].join(" ")}`));
}
