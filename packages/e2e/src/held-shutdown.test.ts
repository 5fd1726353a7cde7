import type { ClientHttp2Session } from "node:http2";
import { ActorSystem } from "@ts-grain/actor";
import { quietLogger } from "@ts-grain/actor/testing";
import {
  Cluster,
  configureCluster,
  configureRemote,
  DistHashLookup,
  InProcessProvider,
  type Member,
  type ProviderContext,
  type ProviderSession,
} from "@ts-grain/cluster";
import { GrpcTransport } from "@ts-grain/remote";
import { expect, test } from "vitest";
import { greeting, openStream } from "./hostile-transport-windows.ts";
import { TextMember } from "./text-member.ts";

/** As often as it takes to keep a connection from looking dead. */
function every100Ms(act: (session: ClientHttp2Session) => void) {
  return (session: ClientHttp2Session): void => {
    const timer = setInterval(() => act(session), 100);
    session.once("close", () => clearInterval(timer));
  };
}

const pings = every100Ms((session) => session.ping(() => {}));

/** Lets the member send a byte more. */
const takesByBytes = every100Ms((session) => {
  const { initialWindowSize = 0 } = session.localSettings;
  session.settings({ initialWindowSize: initialWindowSize + 1 });
});

test.for([
  { who: "takes nothing", initialWindowSize: 0, act: () => {} },
  { who: "takes nothing, and pings", initialWindowSize: 0, act: pings },
  { who: "takes a byte every tenth of a second", initialWindowSize: 0, act: takesByBytes },
  { who: "takes all, never ends its side, and pings", initialWindowSize: 65_535, act: pings },
])("a peer that $who does not hold a member that shuts down for long", async ({ initialWindowSize, act }) => {
  await using member = await TextMember.start();
  const stream = await openStream(member.remote.address, { initialWindowSize });
  const session = stream.session as ClientHttp2Session;
  stream.resume().write(await greeting("holder"));
  await expect.poll(() => member.remote.stats.sessions).toBe(1);
  act(session);
  const startMs = performance.now();
  await member.remote.shutdown();
  const tookMs = performance.now() - startMs;
  session.destroy();
  expect(tookMs).toBeLessThan(3_500);
});

/** Members may join, and never get an answer when they leave. */
class MuteProvider extends InProcessProvider {
  override async joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession> {
    await super.joinAsMember(self, context);
    return { leave: () => new Promise(() => {}), abandon: async () => {} };
  }
}

test("neither such a peer nor a silent provider, nor both, hold a member of a cluster that leaves for five seconds", async () => {
  const remote = configureRemote("127.0.0.1", 0, { transport: new GrpcTransport() });
  const options = { shutdownTimeoutMs: 1 };
  const config = configureCluster("held", new MuteProvider(), new DistHashLookup(), remote, options);
  const cluster = await Cluster.startMember(new ActorSystem({ logger: quietLogger }), config);
  const stream = await openStream(cluster.system.address, { initialWindowSize: 0 });
  const session = stream.session as ClientHttp2Session;
  stream.resume().write(await greeting("holder"));
  await expect.poll(() => cluster.stats.remote.sessions).toBe(1);
  takesByBytes(session);
  const startMs = performance.now();
  await cluster.shutdown();
  const tookMs = performance.now() - startMs;
  session.destroy();
  expect(tookMs).toBeLessThan(5_000);
});
