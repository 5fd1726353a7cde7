import { configureCluster, configureRemote, DistHashLookup, InProcessProvider } from "@ts-grain/cluster";
import { articleKind } from "./article.ts";
import { Server } from "./server.ts";

const { PORT = "3000", DRAIN_MS = "5000", PACK_MS = "100" } = process.env;

// For several processes, a provider on a server takes the place of this one.
const provider = new InProcessProvider();
const kinds = [articleKind({ packMs: Number(PACK_MS) })];
const config = configureCluster("shop", provider, new DistHashLookup(), configureRemote("localhost", 0), {
  kinds,
});
const server = await Server.start(config, { port: Number(PORT), drainMs: Number(DRAIN_MS) });

// The process then ends by itself, with code 0. A second signal ends it at once.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void server.stop());
