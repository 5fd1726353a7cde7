import type { Cluster } from "@ts-grain/cluster";
import type { FastifyInstance } from "fastify";

/** What a load balancer asks. */
export class Health {
  readonly #cluster: Cluster;
  #isEnding = false;

  /** Adds the routes: `/live` says that the process answers, `/ready` that requests may come. */
  constructor(app: FastifyInstance, cluster: Cluster) {
    this.#cluster = cluster;
    app.get("/live", { logLevel: "warn" }, () => ({ isLive: true }));
    app.get("/ready", { logLevel: "warn" }, async (_request, reply) => {
      const { isReady, problems } = await this.#check();
      return reply.code(isReady ? 200 : 503).send({ isReady, problems });
    });
    // A client that keeps its connection would keep the server from closing after its answer.
    app.addHook("onSend", async (_request, reply) => {
      if (this.#isEnding) reply.header("connection", "close");
    });
  }

  /** From now on the process is not ready, although it still serves what comes; connections end with their next answer. */
  end(): void {
    this.#isEnding = true;
  }

  async #check(): ReturnType<Cluster["checkReadiness"]> {
    if (this.#isEnding) return { isReady: false, problems: ["this server is ending"] };
    return this.#cluster.checkReadiness({ timeoutMs: 1_000 });
  }
}
