import { ActorSystem, Cluster, type ClusterConfig } from "@ts-grain/cluster";
import { type FastifyInstance, fastify } from "fastify";
import { addArticleRoutes } from "./article-routes.ts";
import { Health } from "./health.ts";

/** How the server listens and ends. */
export interface ServerOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Milliseconds from not being ready any more to taking no more requests: what a load balancer needs to notice. */
  readonly drainMs: number;
}

/** An HTTP server in a process that is a member of a cluster. */
export class Server {
  readonly #app: FastifyInstance;
  readonly #cluster: Cluster;
  readonly #health: Health;
  readonly #drainMs: number;

  private constructor(app: FastifyInstance, cluster: Cluster, { drainMs }: ServerOptions) {
    this.#app = app;
    this.#cluster = cluster;
    this.#health = new Health(app, cluster);
    this.#drainMs = drainMs;
    addArticleRoutes(app, cluster);
  }

  /** Joins the cluster first, so that no request comes before it can be served. */
  static async start(config: ClusterConfig, options: ServerOptions): Promise<Server> {
    // One log for both: pino's logger is one for the actor system.
    const app = fastify({ logger: true });
    const cluster = await Cluster.startMember(new ActorSystem({ logger: app.log }), config);
    const server = new Server(app, cluster, options);
    try {
      await app.listen({ port: options.port, host: "127.0.0.1" });
    } catch (error) {
      await cluster.shutdown();
      throw error;
    }
    return server;
  }

  /** Ends in order: first nobody sends requests any more, then all are answered, and then the member leaves. */
  async stop(): Promise<void> {
    const { log } = this.#app;
    this.#health.end();
    log.info("not ready any more");
    await new Promise<void>((resolve) => void this.#cluster.system.clock.schedule(this.#drainMs, resolve));
    await this.#app.close();
    log.info("all requests are answered");
    await this.#cluster.shutdown();
    log.info("the member has left");
  }
}
